/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfProgram;
import io.ringward.kernel.Action;
import io.ringward.kernel.Event;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Tries on this machine, in a few seconds, whether everything that the loader promises is true: all
 * programs load, each hook fires, a verdict on a cgroup of its own refuses a connection on loopback
 * and lets it through again when it is released, a kill verdict kills, losses balance. Touches
 * nothing but one child and one cgroup of its own.
 *
 * <p>A program: {@code java -cp … io.ringward.loader.KernelSmoke}, as root. One line for each
 * check; ends with 0 when all hold.
 */
public final class KernelSmoke {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long LIFETIME_NANOS = TimeUnit.MINUTES.toNanos(2);

  /** Asked line by line; a datagram socket's peer is set and nothing is sent. */
  private static final List<String> CHILD =
      List.of(
          "/bin/bash",
          "-c",
          "echo ready; while read -r line; do"
              + " if (exec 3<>/dev/udp/127.0.0.1/9) 2>/dev/null; then echo open;"
              + " else echo refused; fi; done");

  private final PrintStream out;
  private final List<Event> events = new ArrayList<>();
  private int failures;

  private KernelSmoke(PrintStream out) {
    this.out = out;
  }

  /** Runs all checks on this machine; the exit status says whether they hold. */
  public static void main(String[] arguments) throws Exception {
    KernelSmoke smoke = new KernelSmoke(System.out);
    smoke.run();
    System.exit(smoke.failures == 0 ? 0 : 1);
  }

  private void run() throws IOException, InterruptedException {
    out.println("kernel " + System.getProperty("os.version"));
    Path runtime = Files.createTempDirectory("ringward-smoke");
    HostKernelOptions options =
        HostKernelOptions.defaults()
            .withEnforce(true)
            .withSelfProtection(true)
            .withRuntimeDirectory(runtime);
    try (HostKernel kernel = HostKernel.open(options)) {
      reportRungs(kernel);
      checkEnforcement(kernel);
      checkBalance(kernel);
      reportPrograms(kernel);
    } finally {
      Files.deleteIfExists(runtime.resolve("lock"));
      Files.delete(runtime);
    }
    out.println(failures == 0 ? "all checks hold" : failures + " checks failed");
  }

  private void reportRungs(HostKernel kernel) {
    for (CapabilityRung rung : kernel.rungs()) {
      out.println("rung " + rung.capability() + " " + rung.rung() + ": " + rung.why());
    }
    for (String capability :
        List.of(
            "observe_exec",
            "observe_fork",
            "observe_exit",
            "observe_connect",
            "observe_bind",
            "account_run_queue",
            "account_softirqs",
            "watch_syscalls",
            "block_connect",
            "throttle_connect",
            "block_send",
            "throttle_send",
            "kill")) {
      check(
          capability,
          kernel.rungs().stream()
              .anyMatch(rung -> rung.capability().equals(capability) && rung.inForce()));
    }
  }

  private void checkEnforcement(HostKernel kernel) throws IOException, InterruptedException {
    Path cgroup = kernel.cgroup().resolve("ringward-smoke-" + ProcessHandle.current().pid());
    Files.createDirectory(cgroup);
    Process child = new ProcessBuilder(CHILD).start();
    try (BufferedWriter questions = child.outputWriter();
        BufferedReader answers = child.inputReader()) {
      check("child", "ready".equals(answers.readLine()));
      Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(child.pid()));
      check("allowed_before", ask(questions, answers).equals("open"));

      Verdict block = verdict(1, new Subject.ControlGroup(ControlGroups.id(cgroup)), Action.BLOCK);
      kernel.verdicts().beat();
      check("block_applied", kernel.verdicts().apply(block) instanceof Outcome.Applied);
      check("blocked", ask(questions, answers).equals("refused"));
      check("hits", kernel.verdicts().inForce().getFirst().hits() == 1);
      check(
          "enforcement_told",
          await(() ->
              told(
                  kernel,
                  event ->
                      event instanceof Event.Enforcement hit && hit.verdictId() == block.id())));
      check("released", kernel.verdicts().release(block.id()));
      check("allowed_after", ask(questions, answers).equals("open"));

      Subject tree = new Subject.ProcessTree(kernel.findProcess((int) child.pid()).orElseThrow());
      kernel.verdicts().beat();
      check(
          "kill_applied",
          kernel.verdicts().apply(verdict(2, tree, Action.KILL)) instanceof Outcome.Applied);
      check("killed", child.waitFor(LIMIT_NANOS, TimeUnit.NANOSECONDS));
      int pid = (int) child.pid();
      for (Class<? extends Event> kind : List.of(Event.Fork.class, Event.Exec.class)) {
        check(
            kind.getSimpleName() + "_told",
            await(() -> told(kernel, event -> kind.isInstance(event) && concerns(event, pid))));
      }
      check(
          "Exit_told",
          await(() ->
              told(
                  kernel,
                  event ->
                      event instanceof Event.Exit exit
                          && exit.header().process().tgid() == pid
                          && (exit.exitCode() & 0x7f) == 9)));
    } finally {
      int unused = child.destroyForcibly().waitFor();
      check("cgroup_removed", await(() -> cgroup.toFile().delete()));
    }
  }

  private static boolean concerns(Event event, int pid) {
    return event instanceof Event.Fork fork
        ? fork.child().tgid() == pid
        : event.header().process().tgid() == pid;
  }

  private static String ask(BufferedWriter questions, BufferedReader answers) throws IOException {
    questions.write("try\n");
    questions.flush();
    return Optional.ofNullable(answers.readLine()).orElse("");
  }

  private static Verdict verdict(long id, Subject subject, Action action) {
    long now = BootClock.nanos();
    Set<Operation> operations =
        action == Action.KILL
            ? EnumSet.allOf(Operation.class)
            : EnumSet.of(Operation.CONNECT, Operation.BIND);
    return new Verdict(
        id,
        subject,
        action,
        operations,
        Optional.empty(),
        now,
        now + LIFETIME_NANOS,
        now,
        false,
        "smoke",
        "a check of this machine");
  }

  /** Says which event is looked for. */
  @FunctionalInterface
  private interface Wanted {
    boolean is(Event event);
  }

  private boolean told(HostKernel kernel, Wanted wanted) {
    drain(kernel);
    return events.stream().anyMatch(wanted::is);
  }

  private void drain(HostKernel kernel) {
    while (kernel.feed().poll(this::keep, 4096) > 0) {}
  }

  private void keep(FeedItem item) {
    if (item instanceof EventView view) {
      events.add(view.toEvent());
    }
  }

  private void checkBalance(HostKernel kernel) {
    check(
        "losses_balance",
        await(() -> {
          drain(kernel);
          return kernel.samples().read().hooks().stream().allMatch(hook -> hook.inFlight() == 0);
        }));
    for (HookCounters hook : kernel.samples().read().hooks()) {
      out.println(
          "hook %s produced %d delivered %d dropped %d missed %d"
              .formatted(
                  hook.hook().label(),
                  hook.produced(),
                  hook.delivered(),
                  hook.droppedTotal(),
                  hook.recursionMisses()));
    }
    check("processes_accounted", !kernel.samples().read().processes().isEmpty());
    check("cgroups_accounted", !kernel.samples().read().controlGroups().isEmpty());
  }

  private void reportPrograms(HostKernel kernel) {
    for (Map.Entry<String, BpfProgram.Info> program : new TreeMap<>(kernel.programs()).entrySet()) {
      out.println(
          "program " + program.getKey() + " verified " + program.getValue().verifiedInstructions());
    }
  }

  private static boolean await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  private void check(String name, boolean holds) {
    out.println((holds ? "ok " : "FAILED ") + name);
    if (!holds) {
      failures++;
    }
  }
}
