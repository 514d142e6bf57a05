/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.codec.StateBytes;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import smile.anomaly.IsolationForest;
import smile.anomaly.IsolationTree;

/**
 * What the hot parts cost, in nanoseconds: the median of nine runs after three for warming up, on
 * one thread. Not a test; run its {@code main} with the test class path.
 */
@SuppressWarnings("SystemOut") // A program for a terminal.
final class DetectorBenchmark {
  private static final int RUNS = 9;
  private static final ProcessKey INIT = new ProcessKey(1, 1);
  private static double sink;

  private DetectorBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    forests();
    windows();
    profiles();
    System.out.println("(" + sink + ")");
  }

  private static void forests() throws Exception {
    int width = Feature.COUNT;
    Random random = new Random(1);
    double[][] rows = new double[512][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = LogScale.of(Behaviour.SHELL.vector(random, i * 10L).values());
      for (int k = 0; k < width; k++) {
        rows[i][k] += random.nextDouble();
      }
    }
    int[] features = IntStream.range(0, width).toArray();
    FlatForest flat = ForestFit.fit(rows, features, 1);
    IsolationTree[] trees = new IsolationTree[flat.trees()];
    for (int t = 0; t < trees.length; t++) {
      trees[t] = ForestFit.tree(rows, ForestFit.sampleSize(rows.length), Mixing.mix(1 + t));
    }
    IsolationForest smile = new IsolationForest(256, width, 0, trees);
    System.out.printf(
        Locale.ROOT,
        "forest: %d trees, %d nodes, %d KiB in memory, %d KiB written%n",
        flat.trees(),
        flat.nodes(),
        flat.bytes() / 1024,
        StateBytes.of(flat, FlatForest::write).length / 1024);
    report("score, flat", 20_000, i -> flat.score(rows[i & 511]));
    report("score, Smile", 20_000, i -> smile.score(rows[i & 511]));
    report("fit of 512 x 13, flattened", 5, i -> ForestFit.fit(rows, features, i).nodes());
  }

  private static void windows() {
    ProcessKey old = new ProcessKey(5, 50);
    ProcessKey young = new ProcessKey(1L << 40, 51);
    WireEvents wire = new WireEvents();
    ProcessWindows windows =
        new ProcessWindows(
            ProcessWindows.DEFAULT_CAPACITY,
            1,
            (start, tgid) -> Optional.of(info(new ProcessKey(start, tgid))),
            vector -> sink += vector.endNanos());
    EventView connect = wire.connect(1L << 40, old, INIT, 77, 80, Decision.ALLOWED);
    report(
        "connect of an old process",
        1_000_000,
        i -> {
          windows.onEvent(connect);
          return 0;
        });
    WireEvents other = new WireEvents();
    EventView byYoung = other.connect(1L << 40, young, old, 77, 80, Decision.ALLOWED);
    report(
        "connect of a young process (three windows)",
        1_000_000,
        i -> {
          windows.onEvent(byYoung);
          return 0;
        });
    WireEvents third = new WireEvents();
    FileIdentity file = new FileIdentity(1, 2);
    report(
        "fork, exec and exit of a child (writing the events, too)",
        200_000,
        i -> {
          ProcessKey child = new ProcessKey((1L << 40) + i, 1000 + (i & 0xffff));
          windows.onEvent(third.fork((1L << 40) + i, old, INIT, child));
          windows.onEvent(third.exec((1L << 40) + i, child, old, file));
          windows.onEvent(third.exit((1L << 40) + i, child, old, 0));
          return 0;
        });
    report(
        "writing those three events alone",
        200_000,
        i -> {
          ProcessKey child = new ProcessKey((1L << 40) + i, 1000 + (i & 0xffff));
          return third.fork((1L << 40) + i, old, INIT, child).size()
              + third.exec((1L << 40) + i, child, old, file).size()
              + third.exit((1L << 40) + i, child, old, 0).size();
        });
  }

  private static void profiles() {
    Random random = new Random(1);
    ProgramProfile profile = new ProgramProfile(Behaviour.PROXY.key(), 1);
    Observation[] observations = new Observation[4096];
    for (int i = 0; i < observations.length; i++) {
      observations[i] = Behaviour.PROXY.observe(Behaviour.PROXY.vector(random, i));
    }
    report(
        "observation judged and learned (a fit every 4096 included)",
        8192,
        i -> profile.observe(observations[i & 4095]).size());
  }

  private static void report(String what, int count, IntToDoubleFunction work) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] nanos = new double[RUNS];
    for (int run = -3; run < RUNS; run++) {
      long begin = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < count; i++) {
        sink += work.applyAsDouble(i);
      }
      long took = threads.getCurrentThreadCpuTime() - begin;
      if (run >= 0) {
        nanos[run] = (double) took / count;
      }
    }
    Arrays.sort(nanos);
    System.out.printf(Locale.ROOT, "%-60s %12.1f ns%n", what, nanos[RUNS / 2]);
  }

  private static ProcessInfo info(ProcessKey key) {
    return new ProcessInfo(
        key, INIT, 0, 1, new FileIdentity(1, key.tgid()), 0, "x", "/bin/x", List.of());
  }
}
