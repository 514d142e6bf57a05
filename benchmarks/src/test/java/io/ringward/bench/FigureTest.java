/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class FigureTest {
  @Test
  void showsTheMedianAndHowFarTheRunsLieApart() {
    Figure figure = Figure.of("something", "µs", 30, 10, 20);
    assertEquals("20.0 µs", figure.valueText());
    assertEquals("10.0 to 30.0, 3 runs", figure.spread());
    assertEquals("", figure.goalText());
    assertEquals("", figure.verdict());
  }

  @Test
  void saysByHowMuchAGoalIsMissed() {
    assertEquals("met", Figure.of("time", "s", 2).atMost(2).verdict());
    assertEquals("missed by a factor of 1.50", Figure.of("time", "s", 3).atMost(2).verdict());
    assertEquals("met", Figure.of("rate", "1/s", 600).atLeast(500).verdict());
    assertEquals(
        "missed by a factor of 2.00", Figure.of("rate", "1/s", 250).atLeast(500).verdict());
    assertEquals("≥ 500 1/s", Figure.of("rate", "1/s", 250).atLeast(500).goalText());
  }

  @Test
  void percentileIsTheNearestRank() {
    long[] sorted = {1_000, 2_000, 3_000, 4_000};
    assertEquals(2.0, Latencies.percentileMicros(sorted, 50));
    assertEquals(4.0, Latencies.percentileMicros(sorted, 99));
    assertEquals(1.0, Latencies.percentileMicros(sorted, 1));
  }
}
