/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.FeatureContribution;
import java.util.List;

/** What a program's model says of one vector. */
public sealed interface Score {
  /**
   * Not yet: the model has seen too little of this program.
   *
   * @param seen vectors so far
   * @param needed vectors that a first fit needs
   */
  record Warming(long seen, long needed) implements Score {}

  /**
   * As the program usually is.
   *
   * @param score 0 to under {@link #THRESHOLD}
   * @param tail how often the program would show something as odd as this: a probability
   */
  record Normal(double score, double tail) implements Score {}

  /**
   * Unlike the program's past.
   *
   * @param score {@link #THRESHOLD} to 1
   * @param tail how often the program would show something as odd as this: a probability
   * @param drivers the features that drove it, strongest first
   */
  record Anomalous(double score, double tail, List<FeatureContribution> drivers) implements Score {
    public Anomalous {
      drivers = List.copyOf(drivers);
    }
  }

  /** The score from which on a vector is anomalous. */
  double THRESHOLD = 0.5;

  /** The tail probability that has the score {@link #THRESHOLD}: one vector in ten thousand. */
  double THRESHOLD_TAIL = 1e-4;

  /** A tail probability on the scale of scores: 1e-4 is 0.5, 1e-8 and rarer is 1. */
  static double ofTail(double tail) {
    return Math.clamp(Math.log10(tail) / Math.log10(THRESHOLD_TAIL) * THRESHOLD, 0, 1);
  }
}
