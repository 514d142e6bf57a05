/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;

/**
 * What one count usually is: exponentially weighted mean and mean absolute deviation on the {@link
 * LogScale}, with new values cut to three deviations (Huber), so that a single outlier moves it no
 * more than a large ordinary value, and a flagged one only a sixteenth of that. A count that creeps
 * up is followed, but a tenfold rise takes minutes. Not thread-safe.
 */
final class Baseline {
  /** Windows before it is believed. */
  static final int WARM_UP = 30;

  /** Deviations over the mean that are a burst. */
  static final double DEVIATIONS = 6;

  /** The least deviation: a ratio of 1.28, so that a constant past still tolerates something. */
  static final double LEAST_DEVIATION = 0.25;

  /** A burst is at least so many times the usual. */
  static final double RATIO = 4;

  private static final double CUT = 3;
  private static final double SLOWEST = 1.0 / 256;
  private static final double RELUCTANCE = 1.0 / 16;

  private double mean;
  private double deviation;
  private double windows;

  /** An independent one that goes on from here. */
  Baseline copy() {
    Baseline copy = new Baseline();
    copy.mean = mean;
    copy.deviation = deviation;
    copy.windows = windows;
    return copy;
  }

  /**
   * Learns the count of a whole window. A flagged one weighs a sixteenth: who is over the cold
   * floor all the time has a baseline after eight minutes, and not after thirty seconds.
   */
  void learn(double count, boolean flagged) {
    double value = LogScale.of(count);
    double share = flagged ? RELUCTANCE : 1;
    double weight = share / (windows + share);
    if (isWarm()) {
      double spread = Math.max(deviation, LEAST_DEVIATION);
      value = Math.clamp(value, mean - CUT * spread, mean + CUT * spread);
      weight = Math.max(weight, SLOWEST * share);
    }
    if (windows > 0) {
      deviation += weight * (Math.abs(value - mean) - deviation);
    }
    mean += weight * (value - mean);
    windows += share;
  }

  /** Whether there is a baseline at all. */
  boolean isWarm() {
    return windows >= WARM_UP;
  }

  /** The usual count of a window. */
  double usual() {
    return LogScale.back(mean);
  }

  /** From which count on a window is a burst. */
  double limit(int floor, int coldFloor) {
    if (!isWarm()) {
      return coldFloor;
    }
    double spread = Math.max(deviation, LEAST_DEVIATION);
    double byDeviation = LogScale.back(Math.min(20, mean + DEVIATIONS * spread));
    return Math.max(floor, Math.max(byDeviation, RATIO * usual()));
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(mean);
    out.writeDouble(deviation);
    out.writeDouble(windows);
  }

  static Baseline read(DataInput in) throws IOException {
    Baseline baseline = new Baseline();
    baseline.mean = in.readDouble();
    baseline.deviation = in.readDouble();
    baseline.windows = in.readDouble();
    if (!(baseline.mean >= 0 && baseline.mean < 100)
        || !(baseline.deviation >= 0 && baseline.deviation < 100)
        || !(baseline.windows >= 0)) {
      throw new StreamCorruptedException(
          "a baseline of " + baseline.mean + " and " + baseline.deviation + ": damaged state");
    }
    return baseline;
  }
}
