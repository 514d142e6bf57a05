/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import io.ringward.bpf.BpfProgram;
import io.ringward.bpf.BpfStatistics;
import io.ringward.kernel.InlineDimension;
import io.ringward.kernel.InlineRow;
import io.ringward.kernel.InlineRule;
import io.ringward.kernel.InlineTest;
import io.ringward.kernel.InlineValue;
import io.ringward.kernel.Operation;
import io.ringward.loader.HostKernel;
import io.ringward.loader.HostKernelOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What rules in the kernel's tables cost an operation that none of them forbids. */
final class InlineBenchmark implements Benchmark {
  private static final int[] COUNTS = {0, 1, 16, 128};
  private static final int ROUNDS = 5;
  private static final int SECONDS = 1;
  private static final int EXECS = 200;
  private static final List<String> EXEC_HOOKS = List.of("process_exec", "lsm_exec", "modify_exec");

  @Override
  public String name() {
    return "inline";
  }

  @Override
  public String method() {
    return "Nanoseconds a run of the hooks with so many inline rules in force, none of which matches:"
        + " each looks at a network, a port, the protocol, the program's name and a folder of its"
        + " path (exec: name and folder). By the kernel's own statistics (BPF_ENABLE_STATS, which"
        + " adds some 20 ns a run); the median of "
        + ROUNDS
        + " rounds in which the counts take turns, "
        + SECONDS
        + " s of connects to loopback and "
        + EXECS
        + " execs of /bin/true each. Events beyond one a second are dropped by the quota, so that"
        + " the ring is not in it. The last figure is of the whole system call, by the load's clock.";
  }

  @Override
  public List<Figure> run(boolean tiny) throws Exception {
    int rounds = tiny ? 1 : ROUNDS;
    Map<String, double[]> samples = new LinkedHashMap<>();
    try (Workshop workshop = Workshop.open();
        HostKernel kernel =
            HostKernel.open(
                HostKernelOptions.defaults()
                    .withEnforce(true)
                    .withQuotaPerSecond(1)
                    .withRuntimeDirectory(workshop.folder().resolve("run"))
                    .withCgroup(Optional.of(workshop.cgroup())));
        BpfStatistics _ = BpfStatistics.enable()) {
      Load load = Load.in(workshop);
      for (int round = 0; round < rounds; round++) {
        for (int count : COUNTS) {
          kernel.verdicts().beat();
          if (kernel.policy().publish(rules(count)).inline().size() != count) {
            throw new BenchmarkException(count + " rules found no room in the kernel's tables");
          }
          String with = count == 0 ? "no rules" : count + (count == 1 ? " rule" : " rules");
          measureConnect(kernel, load, with, round, rounds, samples);
          measureExec(kernel, workshop.cgroup(), with, round, rounds, samples, tiny);
        }
      }
    }
    List<Figure> figures = new ArrayList<>();
    for (String what : List.of("connect hook, ", "exec hooks, ", "connect(2), ")) {
      samples.forEach((name, values) -> {
        if (name.startsWith(what)) {
          Arrays.sort(values);
          figures.add(Figure.of(name, "ns", values[values.length / 2]));
        }
      });
    }
    return figures;
  }

  private static void measureConnect(
      HostKernel kernel,
      Load load,
      String with,
      int round,
      int rounds,
      Map<String, double[]> samples)
      throws Exception {
    Map<String, BpfProgram.Info> before = kernel.programs();
    long[] made;
    try (Load.Running running = load.background(0, SECONDS)) {
      made = running.await();
    }
    sample(samples, "connect hook, " + with, rounds)[round] =
        nanosARun(before, kernel.programs(), List.of("network_connect4"));
    sample(samples, "connect(2), " + with, rounds)[round] = made[1] / (double) made[0];
  }

  private static void measureExec(
      HostKernel kernel,
      Path cgroup,
      String with,
      int round,
      int rounds,
      Map<String, double[]> samples,
      boolean tiny)
      throws Exception {
    kernel.verdicts().beat();
    Map<String, BpfProgram.Info> before = kernel.programs();
    String script =
        "echo 0 >\"$1/cgroup.procs\"; i=0; while [ $i -lt $2 ]; do /bin/true; i=$((i+1)); done";
    Process shell =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                script,
                "load",
                cgroup.toString(),
                Integer.toString(tiny ? 5 : EXECS))
            .inheritIO()
            .start();
    if (shell.waitFor() != 0) {
      throw new BenchmarkException("the execs did not run");
    }
    sample(samples, "exec hooks, " + with, rounds)[round] =
        nanosARun(before, kernel.programs(), EXEC_HOOKS);
  }

  private static double[] sample(Map<String, double[]> samples, String name, int rounds) {
    return samples.computeIfAbsent(name, _ -> new double[rounds]);
  }

  /** The sum of what a run of each of the programs takes. */
  private static double nanosARun(
      Map<String, BpfProgram.Info> before, Map<String, BpfProgram.Info> after, List<String> hooks) {
    double sum = 0;
    for (String hook : hooks) {
      BpfProgram.Info last = after.get(hook);
      if (last != null) {
        long runs = last.runCount() - before.get(hook).runCount();
        long nanos = last.runTimeNanos() - before.get(hook).runTimeNanos();
        sum += runs == 0 ? 0 : nanos / (double) runs;
      }
    }
    return sum;
  }

  private static List<InlineRule> rules(int count) {
    List<InlineRule> rules = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      InlineTest name = among(InlineDimension.NAME, new InlineValue.Text("never-" + i));
      InlineTest path = among(InlineDimension.PATH, new InlineValue.Folder("/never/" + i + "/"));
      InlineRow connect =
          new InlineRow(
              Set.of(Operation.CONNECT),
              List.of(
                  among(InlineDimension.ADDRESS, new InlineValue.Prefix(0, 0xffff_7f00_0000L, 104)),
                  among(InlineDimension.PORT, new InlineValue.Prefix(0, 20_000 + i, 16)),
                  among(InlineDimension.PROTOCOL, new InlineValue.Number(17)),
                  name,
                  path));
      InlineRow exec = new InlineRow(Set.of(Operation.EXEC), List.of(name, path));
      rules.add(new InlineRule("rule " + i, List.of(connect, exec), false, 0));
    }
    return rules;
  }

  private static InlineTest among(InlineDimension dimension, InlineValue value) {
    return InlineTest.among(dimension, Set.of(value));
  }
}
