/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ringward bench}. */
@Command(
    name = "ringward bench",
    header = "Measure Ringward on this machine.",
    description = {
      "",
      "Real kernel, real job; the load runs in a cgroup of its own, on loopback, for seconds. What it",
      "needs (clang, libbpf-dev, root) it says when it is missing. Figures are worth something on a",
      "quiet machine only: the load average is printed beside them."
    },
    mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {
  private static final List<Benchmark> ALL =
      List.of(
          new RingBenchmark(),
          new VerdictBenchmark(),
          new LatencyBenchmark(),
          new ThroughputBenchmark(),
          new HookBenchmark(),
          new InlineBenchmark(),
          new WatchBenchmark(),
          new StartBenchmark());

  @Parameters(
      paramLabel = "WHAT",
      arity = "0..*",
      description =
          "ring, verdicts, latency, throughput, hooks, inline, watch, start, or all (default: all).")
  private List<String> wanted = List.of("all");

  @Option(names = "--markdown", description = "Tables in Markdown.")
  private boolean markdown;

  @Option(
      names = "--tiny",
      description = "So small that the figures mean nothing: shows whether all of it runs here.")
  private boolean tiny;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final PrintStream out;

  Bench(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) {
    // Flink tells of every step on its own; a benchmark's output is its figures.
    java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.SEVERE);
    System.exit(new CommandLine(new Bench(System.out)).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Map<String, Benchmark> chosen = choose();
    out.println(markdown ? "Machine: " + Machine.describe() + "." : Machine.describe());
    int exitCode = 0;
    for (Benchmark benchmark : chosen.values()) {
      String before = Machine.load();
      try {
        List<Figure> figures = benchmark.run(tiny);
        new Report(out, markdown).print(benchmark, figures, before, Machine.load(), tiny);
      } catch (BenchmarkException e) {
        out.println();
        out.println(benchmark.name() + " cannot be measured: " + e.getMessage());
        exitCode = 1;
      }
    }
    return exitCode;
  }

  private Map<String, Benchmark> choose() throws IOException {
    Map<String, Benchmark> chosen = new LinkedHashMap<>();
    for (Benchmark benchmark : ALL) {
      if (wanted.contains("all") || wanted.contains(benchmark.name())) {
        chosen.put(benchmark.name(), benchmark);
      }
    }
    for (String name : wanted) {
      if (!name.equals("all") && !chosen.containsKey(name)) {
        throw new CommandLine.ParameterException(
            spec.commandLine(),
            "there is no benchmark '"
                + name
                + "': "
                + String.join(", ", ALL.stream().map(Benchmark::name).toList())
                + " or all");
      }
    }
    return chosen;
  }
}
