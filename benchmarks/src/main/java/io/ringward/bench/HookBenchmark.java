/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import io.ringward.bpf.BpfProgram;
import io.ringward.bpf.BpfStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What our programs cost those who run through them. */
final class HookBenchmark implements Benchmark {
  private static final long RATE = 20_000;
  private static final int SUBJECTS = 300;
  private static final int SECONDS = 5;

  @Override
  public String name() {
    return "hooks";
  }

  @Override
  public String method() {
    return "Nanoseconds a run of each of Ringward's programs in the kernel, by the kernel's own"
        + " statistics (BPF_ENABLE_STATS, which adds some 20 ns a run itself), over "
        + SECONDS
        + " s with 20,000 connects a second and a hundred forks a second, the job reading. Programs"
        + " that ran fewer than a hundred times are left out.";
  }

  @Override
  public List<Figure> run(boolean tiny) throws Exception {
    try (Workshop workshop = Workshop.open();
        GuardedLoop loop = new GuardedLoop(workshop, new Latencies())) {
      Load load = Load.in(workshop);
      Map<String, BpfProgram.Info> before;
      Map<String, BpfProgram.Info> after;
      try (BpfStatistics _ = BpfStatistics.enable();
          Load.Running noise = load.background(RATE, tiny ? 1 : SECONDS);
          Load.Running forks = load.subjects(tiny ? 20 : SUBJECTS, 10_000)) {
        before = new HashMap<>(loop.kernel().programs());
        forks.await();
        noise.await();
        after = new TreeMap<>(loop.kernel().programs());
      }
      List<Figure> figures = new ArrayList<>();
      after.forEach((name, info) -> {
        long runs = info.runCount() - before.get(name).runCount();
        long nanos = info.runTimeNanos() - before.get(name).runTimeNanos();
        if (runs >= (tiny ? 1 : 100)) {
          figures.add(Figure.of("%s, %,d runs".formatted(name, runs), "ns", nanos / (double) runs));
        }
      });
      return figures;
    }
  }
}
