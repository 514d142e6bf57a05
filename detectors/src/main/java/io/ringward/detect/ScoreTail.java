/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Arrays;

/**
 * How often a program's own scores reach a value: turns a forest's score, whose level means little,
 * into a probability. Below the 90th percentile by the training scores themselves; above it by an
 * exponential tail with their mean excess (peaks over threshold, Pickands 1975, shape 0), which is
 * cautious for scores that are bounded by 1. Immutable.
 *
 * <p>A forest scores what it was grown on a little too low, so the excess is widened by a margin
 * and never taken under a floor.
 */
final class ScoreTail {
  private static final int POINTS = 33;
  private static final double TAIL = 0.1;
  private static final double MARGIN = 1.25;
  private static final double LEAST_EXCESS = 0.01;

  private final float[] quantiles;
  private final double threshold;
  private final double excess;

  private ScoreTail(float[] quantiles, double threshold, double excess) {
    this.quantiles = quantiles;
    this.threshold = threshold;
    this.excess = excess;
  }

  /**
   * @param scores of the training vectors; sorted in place
   */
  static ScoreTail of(double[] scores) {
    Arrays.sort(scores);
    float[] quantiles = new float[POINTS];
    for (int i = 0; i < POINTS; i++) {
      quantiles[i] = (float) scores[(int) ((long) i * (scores.length - 1) / (POINTS - 1))];
    }
    int from = (int) (scores.length * (1 - TAIL));
    double threshold = scores[Math.min(from, scores.length - 1)];
    double sum = 0;
    for (int i = from; i < scores.length; i++) {
      sum += scores[i] - threshold;
    }
    double excess = sum / Math.max(1, scores.length - from) * MARGIN;
    return new ScoreTail(quantiles, threshold, Math.max(LEAST_EXCESS, excess));
  }

  /** The share of the program's vectors that score this high or higher. */
  double probability(double score) {
    if (score >= threshold) {
      return TAIL * Math.exp(-(score - threshold) / excess);
    }
    int at = Arrays.binarySearch(quantiles, (float) score);
    int below = at >= 0 ? at : -at - 1;
    return Math.max(TAIL, 1 - (double) below / POINTS);
  }

  void write(DataOutput out) throws IOException {
    for (float quantile : quantiles) {
      out.writeFloat(quantile);
    }
    out.writeDouble(threshold);
    out.writeDouble(excess);
  }

  static ScoreTail read(DataInput in) throws IOException {
    float[] quantiles = new float[POINTS];
    for (int i = 0; i < POINTS; i++) {
      quantiles[i] = in.readFloat();
    }
    double threshold = in.readDouble();
    double excess = in.readDouble();
    if (!(threshold >= 0 && threshold <= 1 && excess >= LEAST_EXCESS && excess <= 2)) {
      throw new StreamCorruptedException(
          "a score tail from " + threshold + " with excess " + excess + ": damaged state");
    }
    return new ScoreTail(quantiles, threshold, excess);
  }
}
