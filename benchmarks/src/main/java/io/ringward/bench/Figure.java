/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One measured figure.
 *
 * @param name what was measured
 * @param value the median of the runs, or the only one
 * @param unit of the value
 * @param spread how far the runs lie apart, as text; empty when there was one
 * @param goal what it should be; empty where there is no goal
 */
record Figure(String name, double value, String unit, String spread, Optional<Goal> goal) {
  /**
   * What a figure should be.
   *
   * @param limit in the figure's unit
   * @param atMost whether less is better
   */
  record Goal(double limit, boolean atMost) {
    boolean isMetBy(double value) {
      return atMost ? value <= limit : value >= limit;
    }
  }

  Figure {
    Objects.requireNonNull(name);
    Objects.requireNonNull(unit);
    Objects.requireNonNull(spread);
    Objects.requireNonNull(goal);
  }

  /** The median of several runs. */
  static Figure of(String name, String unit, double... runs) {
    double[] sorted = runs.clone();
    Arrays.sort(sorted);
    String spread =
        sorted.length == 1
            ? ""
            : number(sorted[0])
                + " to "
                + number(sorted[sorted.length - 1])
                + ", "
                + runs.length
                + " runs";
    return new Figure(name, sorted[sorted.length / 2], unit, spread, Optional.empty());
  }

  Figure atMost(double limit) {
    return new Figure(name, value, unit, spread, Optional.of(new Goal(limit, true)));
  }

  Figure atLeast(double limit) {
    return new Figure(name, value, unit, spread, Optional.of(new Goal(limit, false)));
  }

  String valueText() {
    return number(value) + (unit.isEmpty() ? "" : " " + unit);
  }

  String goalText() {
    return goal.map(wanted ->
            (wanted.atMost ? "≤ " : "≥ ")
                + number(wanted.limit)
                + (unit.isEmpty() ? "" : " " + unit))
        .orElse("");
  }

  /** Met, or by how much not. */
  String verdict() {
    return goal.map(
            wanted -> {
              if (wanted.isMetBy(value)) {
                return "met";
              }
              double factor = wanted.atMost ? value / wanted.limit : wanted.limit / value;
              return "missed by a factor of " + String.format(Locale.ROOT, "%.2f", factor);
            })
        .orElse("");
  }

  static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
  }
}
