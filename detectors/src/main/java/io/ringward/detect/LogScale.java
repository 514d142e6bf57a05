/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

/**
 * The scale on which models compare: ln(1 + x). Counts of programs spread over decades; on this
 * scale a split or a deviation means a ratio. Whatever is no number, or negative, counts as 0, and
 * what is over {@link #MOST} as that, so that no vector can poison a model or break a fit.
 */
final class LogScale {
  static final double MOST = 1e9;

  private LogScale() {}

  static double of(double value) {
    return value > 0 ? Math.log1p(Math.min(value, MOST)) : 0;
  }

  /** Single precision, as the reservoir keeps it, so that equal values compare equal. */
  static double[] of(double[] values) {
    double[] scaled = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = (float) of(values[i]);
    }
    return scaled;
  }

  /** The value behind a scaled one, in single precision: 1, and not 1.0000000038. */
  static double back(double scaled) {
    return (float) Math.expm1(scaled);
  }
}
