/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.console.ConsoleLauncher;

/**
 * The one object on Debian's own kernels: everything loads, each hook fires, and the tests that the
 * loader passes on this machine's kernel are passed there too, by whatever rung there is. One guest
 * for each kernel, kept for all its tests; guests run beside each other.
 */
@Tag("vm")
final class StockKernelsTest {
  private static final Duration LIMIT = Duration.ofSeconds(1200);

  /** What of the loader's tests is about any kernel. */
  private static final List<String> EVERYWHERE =
      List.of(
          "VerdictEnforcementTest",
          "VerdictTreeTest",
          "ExecForkRefusalTest",
          "ControllerRungTest",
          "HookFactsTest",
          "AgentDeathTest",
          "TamperTest",
          "KernelSampleFeedTest",
          "SendLimiterTest");

  private static final CapabilityMatrix MATRIX = new CapabilityMatrix();

  /** Guests at once: each keeps one processor busy, for the emulator runs them on one thread. */
  private static final ExecutorService GUESTS =
      Executors.newFixedThreadPool(
          Math.min(Guest.values().length, Runtime.getRuntime().availableProcessors()));

  @BeforeAll
  static void needsVirtualMachines() {
    assumeTrue(VirtualMachine.obstacle().isEmpty(), VirtualMachine.obstacle().orElse(""));
  }

  @AfterAll
  static void printMatrix() {
    GUESTS.close();
    System.err.println(MATRIX);
  }

  @TestFactory
  DynamicTest thisMachine() {
    return dynamicTest(
        "all loads and each hook fires on this machine",
        () -> {
          List<String> command =
              Stream.concat(java(), Stream.of("-cp", jars(), "io.ringward.loader.KernelSmoke"))
                  .toList();
          Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
          String out = new String(process.getInputStream().readAllBytes());
          assertEquals(0, process.waitFor(), out);
          MATRIX.add("this machine", out);
        });
  }

  @TestFactory
  Stream<DynamicContainer> guests() {
    return Arrays.stream(Guest.values())
        .map(guest -> {
          Future<GuestRun> run = GUESTS.submit(() -> run(guest));
          return dynamicContainer(
              guest.title(),
              List.of(
                  dynamicTest(
                      "all loads, each hook fires, verdicts act",
                      () -> smoke(guest, run.get().smoke())),
                  dynamicTest(
                      "the loader's own tests pass",
                      () -> loaderTests(guest, run.get().loaderTests()))));
        })
        .toList() // all are submitted before the first is waited for
        .stream();
  }

  /** What was run in one guest. */
  private record GuestRun(VirtualMachine.Result smoke, VirtualMachine.Result loaderTests) {}

  private static GuestRun run(Guest guest) throws IOException {
    String smoke = "-cp '" + jars() + "' io.ringward.loader.KernelSmoke";
    try (VirtualMachine machine = VirtualMachine.start(guest.settings())) {
      return new GuestRun(run(machine, smoke), run(machine, loaderTestsArguments(guest)));
    }
  }

  private static void smoke(Guest guest, VirtualMachine.Result result) {
    assertEquals(0, result.exit(), result.toString());
    assertTrue(result.out().contains("all checks hold"), result.out());
    Map<String, String> rungs = MATRIX.add(guest.title(), result.out());
    Map<String, String> expected =
        Map.ofEntries(
            Map.entry("observe_exec", "tp_btf"),
            Map.entry("observe_fork", "tp_btf"),
            Map.entry("observe_exit", "tp_btf"),
            Map.entry("observe_connect", "cgroup_hook"),
            Map.entry("observe_bind", "cgroup_hook"),
            Map.entry("account_run_queue", "tp_btf"),
            Map.entry("account_block_io", "tp_btf"),
            Map.entry("account_page_faults", "tp_btf"),
            Map.entry("account_reclaim", "tp_btf"),
            Map.entry("account_oom_kills", "tp_btf"),
            Map.entry("account_tcp_retransmits", "tp_btf"),
            Map.entry("account_softirqs", "tp_btf"),
            Map.entry("watch_syscalls", "tp_btf"),
            Map.entry("observe_identity", "syscall_tracepoint"),
            Map.entry("observe_intrusion", "syscall_tracepoint"),
            Map.entry("observe_namespace", "syscall_tracepoint"),
            Map.entry("observe_kernel", "syscall_tracepoint"),
            Map.entry("observe_memory", "syscall_tracepoint"),
            Map.entry("observe_socket", "syscall_tracepoint"),
            Map.entry("observe_datagram", "cgroup_hook"),
            Map.entry("observe_flow", "tp_btf"),
            Map.entry("observe_file_open", guest.refusalRung()),
            Map.entry("observe_file_name", guest.refusalRung()),
            Map.entry("observe_file_attribute", guest.refusalRung()),
            Map.entry("observe_mount", guest.refusalRung()),
            Map.entry("block_open", guest.refusalRung()),
            Map.entry("throttle_open", guest.refusalRung()),
            Map.entry("block_unlink", guest.refusalRung()),
            Map.entry("block_rename", guest.refusalRung()),
            Map.entry("block_connect", "cgroup_hook"),
            Map.entry("throttle_connect", "cgroup_hook_eagain"),
            Map.entry("block_connect_raw", guest.refusalRung()),
            Map.entry("block_bind_raw", guest.refusalRung()),
            Map.entry("block_send_packet", guest.refusalRung()),
            Map.entry("block_exec", guest.refusalRung()),
            Map.entry("throttle_exec", guest.refusalRung()),
            Map.entry("block_fork", guest.refusalRung()),
            Map.entry("throttle_fork", guest.refusalRung()),
            Map.entry("block_memory_exec", guest.refusalRung()),
            Map.entry("throttle_memory_exec", guest.refusalRung()),
            Map.entry("block_module_load", guest.refusalRung()),
            Map.entry("block_ptrace", guest.refusalRung()),
            Map.entry("block_bpf", guest.refusalRung()),
            Map.entry("block_mount", guest.refusalRung()),
            Map.entry("block_setuid", guest.refusalRung()),
            Map.entry("protect_process", guest.refusalRung()),
            Map.entry("protect_maps", guest.refusalRung()),
            Map.entry("protect_pins", guest.refusalRung()),
            Map.entry("block_send", "cgroup_skb"),
            Map.entry("throttle_send", "cgroup_skb_drop"), // a guest has loopback alone
            Map.entry("throttle_cpu", "cgroup_v2"),
            Map.entry("throttle_memory", "cgroup_v2"),
            Map.entry("throttle_io", "cgroup_v2"),
            Map.entry("freeze", "cgroup_freeze"),
            Map.entry("kill", "pidfd_and_signal"));
    expected.forEach((capability, rung) -> assertEquals(rung, rungs.get(capability), capability));
  }

  /**
   * The tests for a guest. A guest is an emulator: what each kernel has to show by itself is shared
   * out among them, so that the suite comes to an end.
   */
  private static List<String> tests(Guest guest) {
    return switch (guest) {
      case DEBIAN_6_1 ->
          Stream.concat(
                  EVERYWHERE.stream(),
                  Stream.of(
                      "FileSensorsTest",
                      "FileRulesTest",
                      "ActSensorsTest",
                      "ActRefusalTest",
                      "NetworkHookTest"))
              .toList();
      case DEBIAN_6_12 ->
          Stream.concat(
                  EVERYWHERE.stream(),
                  Stream.of(
                      "InlinePolicyTest",
                      "PersistenceTest",
                      "SelfProtectionTest",
                      "ControllerLimitTest"))
              .toList();
      case DEBIAN_6_12_WITHOUT_BPF_LSM ->
          List.of(
              "ExecForkRefusalTest",
              "ActRefusalTest",
              "FileSensorsTest",
              "FileRulesTest",
              "InlinePolicyTest",
              "NetworkHookTest",
              "SelfProtectionTest");
    };
  }

  private static String loaderTestsArguments(Guest guest) {
    String loader = module("loader") + "/target/";
    String contract = module("bpf-programs") + "/target/";
    String classPath =
        String.join(
            File.pathSeparator,
            loader + "test-classes",
            contract + "test-classes",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    String select =
        tests(guest).stream()
            .map(test -> "-c io.ringward.loader." + test)
            .collect(Collectors.joining(" "));
    return "-cp '"
        + classPath
        + "' "
        + ConsoleLauncher.class.getName()
        + " execute --details=tree --disable-banner --disable-ansi-colors "
        + select;
  }

  private static void loaderTests(Guest guest, VirtualMachine.Result result) {
    assertEquals(0, result.exit(), result.out());
    int passed = count(result, "successful");
    System.err.println(
        "kernel %s: %d tests of the loader passed, %d skipped"
            .formatted(guest.title(), passed, count(result, "aborted")));
    result
        .out()
        .lines()
        .filter(line -> line.contains("[A]"))
        .forEach(line -> System.err.println("kernel " + guest.title() + ": skipped " + line));
    assertTrue(passed > tests(guest).size(), result.out());
  }

  private static int count(VirtualMachine.Result result, String state) {
    Matcher count = Pattern.compile("\\[\\s+(\\d+) tests " + state).matcher(result.out());
    assertTrue(count.find(), result.toString());
    return Integer.parseInt(count.group(1));
  }

  private static VirtualMachine.Result run(VirtualMachine machine, String arguments)
      throws IOException {
    return machine.run(
        "$JAVA_HOME/bin/"
            + java().skip(1).collect(Collectors.joining(" ", "java ", " "))
            + arguments,
        LIMIT);
  }

  private static Stream<String> java() {
    return Stream.of(
        System.getProperty("java.home") + "/bin/java",
        "--enable-native-access=ALL-UNNAMED",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC");
  }

  /** The jars that the agent runs with. */
  private static String jars() {
    Path jars = module("agent").resolve("target/ringward/lib");
    assertTrue(Files.isDirectory(jars), jars + " is missing: build the agent first (mvn package)");
    return jars + "/*";
  }

  private static Path module(String name) {
    return Path.of(System.getProperty("user.dir")).resolveSibling(name);
  }
}
