/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;

/**
 * What was usual of each feature when a model was fitted, on the {@link LogScale}: median, most,
 * and how far the upper half spreads. Immutable.
 *
 * <p>An isolation forest cannot tell a value just outside of what it was grown on from one far
 * outside, and sees little in a feature that never varied. This does: how far beyond the most each
 * feature lies, in spreads, the largest of each family summed over the families.
 */
final class Norm {
  /** A spread of nothing would make every novelty infinite: half of e is the least ratio. */
  private static final double LEAST_SPREAD = 0.5;

  private static final double UPPER = 0.95;
  private static final Feature[] FEATURES = Feature.values();

  private final double[] median;
  private final double[] most;
  private final double[] spread;
  private final long seen;

  private Norm(double[] median, double[] most, double[] spread, long seen) {
    this.median = median;
    this.most = most;
    this.spread = spread;
    this.seen = seen;
  }

  /** The median of a feature. */
  double median(int feature) {
    return median[feature];
  }

  /** A copy of all medians: the usual vector. */
  double[] medians() {
    return median.clone();
  }

  /** What a reservoir shows, with the most that was ever seen, faded. */
  static Norm of(Reservoir reservoir, double[] mostSeen, long seen) {
    double[] median = new double[Feature.COUNT];
    double[] most = new double[Feature.COUNT];
    double[] spread = new double[Feature.COUNT];
    for (int i = 0; i < Feature.COUNT; i++) {
      double[] column = reservoir.sortedColumn(i);
      median[i] = column[column.length / 2];
      most[i] = Math.max(mostSeen[i], column[column.length - 1]);
      double upper = column[(int) (UPPER * (column.length - 1))];
      spread[i] = Math.max(LEAST_SPREAD, upper - median[i]);
    }
    return new Norm(median, most, spread, seen);
  }

  /**
   * How often so much novelty would be seen: the chance that the next of n + 1 vectors is the most
   * extreme is 1 / (n + 1) for each family, and beyond that it falls by e with each spread.
   */
  double probability(double[] scaled) {
    double novelty = 0;
    for (Feature.Family family : Feature.Family.values()) {
      novelty += novelty(family, scaled);
    }
    return novelty == 0 ? 1 : Math.min(1, Feature.Family.COUNT / (seen + 1.0) * Math.exp(-novelty));
  }

  private double novelty(Feature.Family family, double[] scaled) {
    double novelty = 0;
    for (int i = 0; i < FEATURES.length; i++) {
      if (FEATURES[i].family() == family) {
        novelty = Math.max(novelty, (scaled[i] - most[i]) / spread[i]);
      }
    }
    return novelty;
  }

  void write(DataOutput out) throws IOException {
    for (int i = 0; i < Feature.COUNT; i++) {
      out.writeDouble(median[i]);
      out.writeDouble(most[i]);
      out.writeDouble(spread[i]);
    }
    out.writeLong(seen);
  }

  static Norm read(DataInput in) throws IOException {
    double[] median = new double[Feature.COUNT];
    double[] most = new double[Feature.COUNT];
    double[] spread = new double[Feature.COUNT];
    for (int i = 0; i < Feature.COUNT; i++) {
      median[i] = in.readDouble();
      most[i] = in.readDouble();
      spread[i] = in.readDouble();
      if (!Double.isFinite(median[i])
          || !Double.isFinite(most[i])
          || !(spread[i] >= LEAST_SPREAD && spread[i] < 1e3)) {
        throw new StreamCorruptedException(
            "the norm of " + Feature.at(i).label() + " is damaged state");
      }
    }
    long seen = in.readLong();
    if (seen < 0) {
      throw new StreamCorruptedException("a norm of " + seen + " vectors: damaged state");
    }
    return new Norm(median, most, spread, seen);
  }
}
