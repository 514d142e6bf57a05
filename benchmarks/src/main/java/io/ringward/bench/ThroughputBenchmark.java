/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Goal 3: the highest rate through the whole job without a drop. */
final class ThroughputBenchmark implements Benchmark {
  private static final double GOAL = 500_000;
  private static final int SECONDS = 4;
  private static final int RUNS = 3;
  private static final long LEAST = 50_000;
  private static final long STEP = 25_000;
  private static final long DRAIN_MILLIS = 2_000;

  @Override
  public String name() {
    return "throughput";
  }

  @Override
  public String method() {
    return "Highest rate of events through the whole job (decode, process table, starter rules,"
        + " features) without one dropped, on this machine with the producer on it. One C program"
        + " connects datagram sockets to changing loopback peers, through the real hook and the"
        + " agent's usual rings; the rate is paced in bursts of a millisecond, each step lasts "
        + SECONDS
        + " s. A rate holds when the hook's counters show no drop, the producer kept the pace, and"
        + " the rings are empty within "
        + DRAIN_MILLIS
        + " ms of its end. Search by bisection to "
        + STEP
        + " events/s, "
        + RUNS
        + " times. Beside it: what one core can produce at most, with and without the job.";
  }

  @Override
  public List<Figure> run(boolean tiny) throws Exception {
    List<Figure> figures = new ArrayList<>();
    int seconds = tiny ? 1 : SECONDS;
    try (Workshop workshop = Workshop.open()) {
      Load load = Load.in(workshop);
      double bare = flatOut(load, seconds);
      try (GuardedLoop loop = new GuardedLoop(workshop, new Latencies())) {
        holds(loop, load, LEAST, seconds); // warm-up
        flatOut(load, seconds);
        loop.awaitDrained(DRAIN_MILLIS);
        double[] rates = new double[tiny ? 1 : RUNS];
        Arrays.setAll(rates, _ -> 0);
        for (int run = 0; run < rates.length; run++) {
          rates[run] = highest(loop, load, tiny ? 2 * LEAST : 20 * LEAST, seconds);
        }
        figures.add(Figure.of("events without a drop", "events/s", rates).atLeast(GOAL));
        long delivered = loop.connects().delivered();
        long begin = System.nanoTime();
        double guarded = flatOut(load, seconds);
        loop.awaitDrained(DRAIN_MILLIS);
        double carried =
            (loop.connects().delivered() - delivered) * 1e9 / (System.nanoTime() - begin);
        figures.add(Figure.of("producer flat out, guarded", "events/s", guarded));
        figures.add(Figure.of("of those through the job", "events/s", carried));
        figures.add(Figure.of("producer flat out, unguarded", "events/s", bare));
      }
    }
    return figures;
  }

  private static double flatOut(Load load, int seconds) throws Exception {
    try (Load.Running running = load.background(0, seconds)) {
      long[] made = running.await();
      return made[0] * 1e9 / made[1];
    }
  }

  /** The highest rate that holds, between the least and a limit, to a step. */
  private static double highest(GuardedLoop loop, Load load, long limit, int seconds)
      throws Exception {
    long good = 0;
    long bad = limit + STEP;
    while (bad - good > STEP) {
      long middle = (good + bad) / 2 / STEP * STEP;
      if (middle == good) {
        break;
      }
      if (holds(loop, load, middle, seconds)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return good;
  }

  private static boolean holds(GuardedLoop loop, Load load, long rate, int seconds)
      throws Exception {
    long dropped = loop.connects().droppedTotal();
    long[] made;
    try (Load.Running running = load.background(rate, seconds)) {
      made = running.await();
    }
    boolean drained = loop.awaitDrained(DRAIN_MILLIS);
    boolean kept = made[1] < seconds * 1_000_000_000L * 21 / 20;
    return drained && kept && loop.connects().droppedTotal() == dropped;
  }
}
