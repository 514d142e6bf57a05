/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.util.ArrayList;
import java.util.List;

/** Goal 2: from the kernel's event to the verdict in the kernel's map. */
final class LatencyBenchmark implements Benchmark {
  private static final long[] BACKGROUNDS = {1_000, 20_000, 100_000};
  private static final int WARM_UP_SUBJECTS = 600;
  private static final int WARM_UP_INTERVAL_MICROS = 5_000;
  private static final int SUBJECTS = 500;
  private static final int INTERVAL_MICROS = 10_000;
  private static final int RUNS = 3;
  private static final double P50_GOAL_MICROS = 150;
  private static final double P99_GOAL_MICROS = 3_000;
  private static final long GOAL_BACKGROUND = 20_000;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String method() {
    return "Kernel event to verdict in the kernel's map. One C program connects datagram sockets to"
        + " changing loopback peers at a paced rate (a burst each millisecond); another starts a"
        + " process every 10 ms that connects once to a port which a rule forbids. Real hooks, real"
        + " rings, real job in one JVM with the agent's options, enforcing in a cgroup of its own."
        + " For each verdict: the time that the kernel stamped on the event to the time when the"
        + " verdict was in the map, both CLOCK_BOOTTIME. Each subject tries other connects until it is"
        + " refused, and must be. "
        + RUNS
        + " runs of "
        + SUBJECTS
        + " subjects at each background, after a warm-up; the median run is shown.";
  }

  @Override
  public List<Figure> run(boolean tiny) throws Exception {
    List<Figure> figures = new ArrayList<>();
    try (Workshop workshop = Workshop.open()) {
      Load load = Load.in(workshop);
      Latencies latencies = new Latencies();
      try (GuardedLoop loop = new GuardedLoop(workshop, latencies)) {
        measure(load, latencies, 1_000, tiny ? 20 : WARM_UP_SUBJECTS, WARM_UP_INTERVAL_MICROS);
        for (long background : BACKGROUNDS) {
          figures.addAll(atBackground(load, latencies, background, tiny));
        }
        figures.add(Figure.of("connects lost meanwhile", "", loop.connects().droppedTotal()));
      }
    }
    return figures;
  }

  private static List<Figure> atBackground(
      Load load, Latencies latencies, long background, boolean tiny) throws Exception {
    int runs = tiny ? 1 : RUNS;
    double[] p50 = new double[runs];
    double[] p99 = new double[runs];
    double[] p999 = new double[runs];
    for (int run = 0; run < runs; run++) {
      long[] nanos = measure(load, latencies, background, tiny ? 20 : SUBJECTS, INTERVAL_MICROS);
      p50[run] = Latencies.percentileMicros(nanos, 50);
      p99[run] = Latencies.percentileMicros(nanos, 99);
      p999[run] = Latencies.percentileMicros(nanos, 99.9);
    }
    String at = " at %,d events/s".formatted(background);
    Figure middle = Figure.of("p50" + at, "µs", p50);
    Figure tail = Figure.of("p99" + at, "µs", p99);
    boolean hasGoal = background == GOAL_BACKGROUND;
    return List.of(
        hasGoal ? middle.atMost(P50_GOAL_MICROS) : middle,
        hasGoal ? tail.atMost(P99_GOAL_MICROS) : tail,
        Figure.of("p99.9" + at, "µs", p999));
  }

  private static long[] measure(
      Load load, Latencies latencies, long background, int count, int intervalMicros)
      throws Exception {
    int seconds = (int) (count * (long) intervalMicros / 1_000_000) + 1;
    try (Load.Running noise = load.background(background, seconds)) {
      latencies.reset();
      long[] ended;
      try (Load.Running subjects = load.subjects(count, intervalMicros)) {
        ended = subjects.await();
      }
      long[] made = noise.await();
      long[] nanos = latencies.sorted();
      if (nanos.length == 0 || ended[1] < ended[0] * 9 / 10) {
        throw new BenchmarkException(
            "of %d subjects %d were refused, with %d verdicts and %d events: %s"
                .formatted(ended[0], ended[1], nanos.length, made[0], latencies.refusal()));
      }
      return nanos;
    }
  }
}
