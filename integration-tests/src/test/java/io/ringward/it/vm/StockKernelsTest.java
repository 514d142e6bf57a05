/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one object on Debian's own kernels: everything loads, each hook fires, verdicts act. */
@Tag("vm")
final class StockKernelsTest {
  private static final Duration LIMIT = Duration.ofSeconds(420);

  /** The emulator's trouble with C2: HotSpot aborts. */
  private static final int ABORTED = 134;

  @BeforeAll
  static void needsVirtualMachines() {
    assumeTrue(VirtualMachine.obstacle().isEmpty(), VirtualMachine.obstacle().orElse(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.1", "6.12"})
  void allLoadsEachHookFiresAndVerdictsAct(String kernel) throws IOException {
    Path jars =
        Path.of(System.getProperty("user.dir")).resolve("../agent/target/ringward/lib").normalize();
    assertTrue(Files.isDirectory(jars), jars + " is missing: build the agent first (mvn package)");
    String smoke =
        "$JAVA_HOME/bin/java --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1"
            + " -XX:+UseSerialGC -cp '"
            + jars
            + "/*' io.ringward.loader.KernelSmoke";
    try (var machine = VirtualMachine.start(kernel)) {
      var result = machine.run(smoke, LIMIT);
      if (result.exit() == ABORTED) {
        result = machine.run(smoke, LIMIT);
      }
      assertEquals(0, result.exit(), result.toString());
      for (String rung :
          List.of(
              "rung observe_exec tp_btf",
              "rung observe_fork tp_btf",
              "rung observe_exit tp_btf",
              "rung observe_connect cgroup_hook",
              "rung observe_bind cgroup_hook",
              "rung account_run_queue tp_btf",
              "rung block_connect cgroup_hook",
              "rung throttle_connect cgroup_hook_eagain",
              "rung kill pidfd_and_signal")) {
        assertTrue(result.out().contains(rung), "no '" + rung + "' in\n" + result.out());
      }
      assertTrue(result.out().contains("all checks hold"), result.out());
    }
  }
}
