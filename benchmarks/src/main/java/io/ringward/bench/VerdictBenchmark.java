/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import io.ringward.bpf.BootClock;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.HostKernel;
import io.ringward.loader.HostKernelOptions;
import io.ringward.loader.KernelVerdictTable;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Goal 1, second half: how many verdicts a second go into the kernel's maps. */
final class VerdictBenchmark implements Benchmark {
  private static final int COUNT = 2_000;
  private static final int RUNS = 5;

  @Override
  public String name() {
    return "verdicts";
  }

  @Override
  public String method() {
    return "Verdicts a second that one thread puts in force and releases again, on one process with"
        + " no children: the whole of KernelVerdictTable.apply (checks, both maps, the walk over all"
        + " processes for descendants) and release. Beside it the part that stands between a"
        + " decision and the kernel acting on it: from the call of apply to the verdict in the map. "
        + RUNS
        + " runs of "
        + COUNT
        + " after one to warm up. The walk grows with the number of tasks on the machine.";
  }

  @Override
  public List<Figure> run(boolean tiny) throws Exception {
    int count = tiny ? 20 : COUNT;
    int runs = tiny ? 1 : RUNS;
    double[] pairs = new double[runs];
    double[] marks = new double[runs];
    Process subject = new ProcessBuilder("sleep", "600").start();
    try (Workshop workshop = Workshop.open();
        HostKernel kernel =
            HostKernel.open(
                HostKernelOptions.defaults()
                    .withEnforce(true)
                    .withRuntimeDirectory(workshop.folder().resolve("run"))
                    .withCgroup(Optional.of(workshop.cgroup())))) {
      ProcessKey key = kernel.findProcess((int) subject.pid()).orElseThrow();
      long id = 1;
      for (int run = -1; run < runs; run++) {
        long[] toMark = new long[count];
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
          toMark[i] = applyAndRelease(kernel.verdicts(), key, id++);
        }
        long nanos = System.nanoTime() - begin;
        if (run >= 0) {
          Arrays.sort(toMark);
          pairs[run] = count * 1e9 / nanos;
          marks[run] = Latencies.percentileMicros(toMark, 50);
        }
      }
    } finally {
      subject.destroyForcibly();
    }
    return List.of(
        Figure.of("applied and released", "verdicts/s", pairs),
        Figure.of("call to verdict in the map, p50", "µs", marks));
  }

  private static long applyAndRelease(KernelVerdictTable table, ProcessKey key, long id)
      throws BenchmarkException {
    long now = BootClock.nanos();
    Outcome outcome =
        table.apply(
            new Verdict(
                id,
                new Subject.ProcessTree(key),
                Action.BLOCK,
                EnumSet.of(Operation.CONNECT),
                Optional.empty(),
                now,
                now + TimeUnit.MINUTES.toNanos(1),
                now,
                false,
                "bench",
                "measured"));
    if (!(outcome instanceof Outcome.Applied applied) || !table.release(id)) {
      throw new BenchmarkException("a verdict did not come into force: " + outcome);
    }
    return applied.appliedNanos() - now;
  }
}
