/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The harness itself: what a guest is, and what it may not do to this machine. */
@Tag("vm")
final class VirtualMachineTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @BeforeAll
  static void needsVirtualMachines() {
    assumeTrue(VirtualMachine.obstacle().isEmpty(), VirtualMachine.obstacle().orElse(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.1", "6.12"})
  void aGuestRunsItsOwnKernelOnThisFileTreeAndChangesNothingOfIt(
      String kernel, @TempDir Path shared) throws IOException {
    Path file = Files.writeString(shared.resolve("file"), "host\n");
    List<ProcessHandle> processes;
    try (var machine = VirtualMachine.start(kernel)) {
      assertTrue(machine.release().startsWith(kernel + "."), machine.release());
      var java = machine.run("$JAVA_HOME/bin/java -XX:TieredStopAtLevel=1 -version", LIMIT);
      assertEquals(0, java.exit(), java.err());
      assertTrue(java.err().contains(System.getProperty("java.version")), java.err());

      assertEquals(
          new VirtualMachine.Result(3, "host\nguest\n", "said\n"),
          machine.run(
              "cat %1$s; echo guest >%1$s; cat %1$s; touch %2$s/new; echo said >&2; exit 3"
                  .formatted(file, shared),
              LIMIT));
      var around =
          machine.run(
              "mkdir /again; mount -t virtiofs root /again; touch /again%s/new".formatted(shared),
              LIMIT);
      assertNotEquals(0, around.exit(), "the share itself is read-only: " + around);
      processes = machine.processes();
      assertTrue(processes.size() >= 3, "vmrun, virtiofsd and qemu: " + processes);
    }
    assertEquals("host\n", Files.readString(file));
    assertFalse(Files.exists(shared.resolve("new")));
    assertEquals(
        List.of(), processes.stream().filter(ProcessHandle::isAlive).toList(), "left behind");
  }

  @Test
  void aGuestOutlivesACommandWhoseTimeIsUp() throws IOException {
    var settings = VirtualMachine.Settings.of("6.12").withSecurityModules("landlock,yama");
    try (var machine = VirtualMachine.start(settings)) {
      var late = machine.run("echo begun; sleep 1000", Duration.ofSeconds(2));
      assertEquals(new VirtualMachine.Result(124, "begun\n", ""), late);
      var modules = machine.run("cat /sys/kernel/security/lsm", LIMIT).out();
      assertTrue(modules.contains("yama"), modules);
      assertFalse(modules.contains("bpf"), modules);
    }
  }

  @Test
  void aDeadGuestIsAnErrorWithItsConsole() throws IOException {
    try (var machine = VirtualMachine.start("6.12")) {
      var death =
          assertThrows(
              IOException.class, () -> machine.run("echo c >/proc/sysrq-trigger; sleep 60", LIMIT));
      assertTrue(death.getMessage().contains("sysrq"), death.getMessage());
    }
  }

  @Test
  void anUnknownKernelIsAnErrorThatSaysSo() {
    var unknown = assertThrows(IOException.class, () -> VirtualMachine.start("9.9.9-none"));
    assertTrue(
        unknown.getMessage().contains("cannot fetch linux-image-9.9.9-none"), unknown.getMessage());
  }
}
