/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The sketch keeps the error that its Javadoc states. */
final class LinearCounterTest {
  @Test
  void repeatsDoNotCount() {
    LinearCounter counter = new LinearCounter(256);
    for (int i = 0; i < 1000; i++) {
      counter.add(Mixing.mix(i % 3));
    }
    assertEquals(3, counter.estimate());
    counter.clear();
    assertEquals(0, counter.estimate());
  }

  @Test
  void errorIsAsStated() {
    for (int distinct : new int[] {8, 32, 100, 400, 1000, 4096}) {
      double t = distinct / 2048.0;
      double sigma = Math.sqrt(2048 * (Math.exp(t) - t - 1));
      double squares = 0;
      int runs = 300;
      for (int run = 0; run < runs; run++) {
        LinearCounter counter = new LinearCounter(2048);
        for (int i = 0; i < distinct; i++) {
          counter.add(Mixing.mix(Mixing.mix(run) + i));
        }
        squares += Math.pow((double) counter.estimate() - distinct, 2);
      }
      double error = Math.sqrt(squares / runs);
      assertTrue(error < 1.2 * sigma + 0.5, distinct + " values: " + error + " against " + sigma);
    }
  }

  @Test
  void aFullMapSaysAtLeast() {
    LinearCounter counter = new LinearCounter(64);
    for (int i = 0; i < 100_000; i++) {
      counter.add(Mixing.mix(i));
    }
    assertEquals(Math.round(64 * Math.log(64)), counter.estimate());
  }

  @Test
  void sizesArePowersOfTwo() {
    assertThrows(IllegalArgumentException.class, () -> new LinearCounter(100));
    assertThrows(IllegalArgumentException.class, () -> new LinearCounter(32));
  }
}
