/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import io.ringward.bench.Load.Caller;
import io.ringward.bpf.BootClock;
import io.ringward.kernel.Action;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a watch costs who is watched, and what it costs all others. */
final class WatchBenchmark implements Benchmark {
  private static final int ROUNDS = 7;
  private static final long CALLS = 2_000_000;
  private static final long TINY_CALLS = 20_000;

  private long nextId = 1L << 40;

  @Override
  public String name() {
    return "watch";
  }

  @Override
  public String method() {
    return "Nanoseconds of processor time a system call (getppid, two million in a row, the same process): with no"
        + " watch, where nothing is attached; while another process is watched; and while it is"
        + " watched itself, the job reading. The three take turns, "
        + ROUNDS
        + " rounds. A quota of 4,096 batches of 64 calls a second and thread holds: what is beyond"
        + " it is counted and not sent.";
  }

  @Override
  public List<Figure> run(boolean tiny) throws Exception {
    int rounds = tiny ? 1 : ROUNDS;
    double[] detached = new double[rounds];
    double[] others = new double[rounds];
    double[] watched = new double[rounds];
    try (Workshop workshop = Workshop.open();
        GuardedLoop loop = new GuardedLoop(workshop, new Latencies())) {
      Load load = Load.in(workshop);
      long calls = tiny ? TINY_CALLS : CALLS;
      try (Caller caller = load.caller(calls);
          Caller other = load.caller(calls)) {
        double _ = caller.nanosEach(); // warm
        double _ = other.nanosEach();
        HookCounters before = batches(loop);
        for (int round = 0; round < rounds; round++) {
          detached[round] = caller.nanosEach();
          long verdict = watch(loop, other);
          others[round] = caller.nanosEach();
          loop.kernel().verdicts().release(verdict);
          verdict = watch(loop, caller);
          watched[round] = caller.nanosEach();
          loop.kernel().verdicts().release(verdict);
        }
        HookCounters after = batches(loop);
        long produced = after.produced() - before.produced();
        long dropped = after.droppedTotal() - before.droppedTotal();
        return List.of(
            Figure.of("nobody is watched, nothing is attached", "ns", detached),
            Figure.of("somebody else is watched", "ns", others),
            Figure.of("watched itself", "ns", watched),
            Figure.of(
                "batches not sent (quota, full ring), of %,d".formatted(produced),
                "%",
                100.0 * dropped / Math.max(1, produced)));
      }
    }
  }

  private static HookCounters batches(GuardedLoop loop) {
    return loop.kernel().samples().read().hooks().get(Hook.SYSCALLS.ordinal());
  }

  private long watch(GuardedLoop loop, Caller caller) throws BenchmarkException {
    long now = BootClock.nanos();
    Verdict verdict =
        new Verdict(
            nextId++,
            new Subject.ProcessTree(
                loop.kernel()
                    .findProcess(caller.pid())
                    .orElseThrow(() -> new BenchmarkException("the load has ended"))),
            Action.WATCH,
            EnumSet.allOf(Operation.class),
            Optional.empty(),
            now,
            now + TimeUnit.MINUTES.toNanos(5),
            now,
            false,
            "operator",
            "a benchmark");
    VerdictTable.Outcome outcome = loop.kernel().verdicts().apply(verdict);
    if (outcome instanceof VerdictTable.Outcome.Applied) {
      return verdict.id();
    }
    throw new BenchmarkException("it cannot be watched: " + outcome);
  }
}
