/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.detect.BurstDetector.Burst;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Storms are found, cold and warm; noise is not; and what was flagged does not become usual. */
final class BurstDetectorTest {
  @Test
  void aScanByAnUnknownProgramIsFoundEarly() {
    BurstDetector detector = new BurstDetector();
    assertTrue(detector.observe(scan(0, 64, true)).isEmpty(), "64 are under the cold floor");
    List<Burst> bursts = detector.observe(scan(0, 128, true));
    assertEquals(List.of(BurstKind.CONNECT_SCAN), bursts.stream().map(Burst::kind).toList());
  }

  @Test
  void aQuietPastDoesNotMakeAStormOfAFewForks() {
    BurstDetector detector = new BurstDetector();
    learn(detector, Feature.FORKS, 0, 1000);
    for (int forks = 1; forks < BurstKind.FORK_STORM.floor(); forks *= 2) {
      assertTrue(detector.observe(vector(0, true, Feature.FORKS, forks)).isEmpty(), forks + "");
    }
    assertEquals(1, detector.observe(vector(0, true, Feature.FORKS, 200)).size());
  }

  @Test
  void whatIsUsualOfAProgramIsNoStorm() {
    BurstDetector detector = new BurstDetector();
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      double connects = Behaviour.poisson(random, 3000 * Math.exp(0.3 * random.nextGaussian()));
      List<Burst> bursts = detector.observe(vector(i, false, Feature.CONNECTS, connects));
      if (i > 600) { // Over the cold floor all the time, it has a baseline after 480 s.
        assertTrue(bursts.isEmpty(), () -> "usual " + detector.usual(BurstKind.CONNECT_FLOOD));
      }
    }
    assertEquals(3000, detector.usual(BurstKind.CONNECT_FLOOD), 600);
    assertEquals(1, detector.observe(vector(0, true, Feature.CONNECTS, 60_000)).size());
  }

  @Test
  void benignBehaviourIsNoStormInADay() {
    for (Behaviour behaviour : Behaviour.values()) {
      Random random = new Random(11);
      BurstDetector detector = new BurstDetector();
      int found = 0;
      for (int second = 0; second < 86_400; second++) {
        found += detector.observe(behaviour.vector(random, second)).size();
      }
      assertEquals(0, found, behaviour + " in 86,400 s");
    }
  }

  @Test
  void aStormIsNotLearnedWithinMinutesAndLearnedWithinADay() {
    BurstDetector detector = new BurstDetector();
    learn(detector, Feature.FORKS, 5, 1000);
    double before = detector.usual(BurstKind.FORK_STORM);
    int flagged = 0;
    for (int second = 0; second < 600; second++) {
      flagged += detector.observe(vector(second, false, Feature.FORKS, 1000)).size();
    }
    assertEquals(600, flagged);
    assertTrue(detector.usual(BurstKind.FORK_STORM) < 4 * before, "ten minutes");
    int second = 600;
    while (!detector.observe(vector(second, false, Feature.FORKS, 1000)).isEmpty()) {
      second++;
      assertTrue(second < 86_400, "it is usual after a day");
    }
  }

  @Test
  void partialVectorsAreJudgedAndNotLearned() {
    BurstDetector detector = new BurstDetector();
    for (int i = 0; i < 1000; i++) {
      detector.observe(vector(i, true, Feature.FORKS, 64));
    }
    assertEquals(0, detector.usual(BurstKind.FORK_STORM));
  }

  @Test
  void nonsenseIsTolerated() {
    BurstDetector detector = new BurstDetector();
    for (double value :
        new double[] {
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          -5,
          Double.MAX_VALUE,
          Double.MIN_VALUE
        }) {
      for (int i = 0; i < 50; i++) {
        double[] values = new double[Feature.COUNT];
        java.util.Arrays.fill(values, value);
        detector.observe(Behaviour.DAEMON.vector(i, values));
      }
    }
    assertTrue(Double.isFinite(detector.usual(BurstKind.FORK_STORM)));
  }

  private static void learn(BurstDetector detector, Feature feature, double mean, int seconds) {
    Random random = new Random(5);
    for (int i = 0; i < seconds; i++) {
      detector.observe(vector(i, false, feature, Behaviour.poisson(random, mean)));
    }
  }

  private static FeatureVector scan(long second, double count, boolean partial) {
    FeatureVector one = vector(second, partial, Feature.CONNECTS, count);
    double[] values = one.values();
    Behaviour.set(values, Feature.DESTINATIONS, count - 2);
    Behaviour.set(values, Feature.DESTINATION_PORTS, 1);
    return new FeatureVector(
        one.program(),
        one.process(),
        one.startNanos(),
        one.endNanos(),
        EnumSet.of(FeatureVector.Flag.PARTIAL),
        values);
  }

  private static FeatureVector vector(long second, boolean partial, Feature feature, double count) {
    double[] values = new double[Feature.COUNT];
    Behaviour.set(values, feature, count);
    FeatureVector whole = Behaviour.DAEMON.vector(second, values);
    return partial
        ? new FeatureVector(
            whole.program(),
            whole.process(),
            whole.startNanos(),
            whole.endNanos(),
            EnumSet.of(FeatureVector.Flag.PARTIAL),
            values)
        : whole;
  }
}
