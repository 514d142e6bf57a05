/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

/**
 * How often a sensor has run since the kernel's programs were loaded.
 *
 * @param seen all runs
 * @param filtered how many of these the kernel's program left out, since nobody wants to know
 */
public record SensorRuns(long seen, long filtered) {
  /** Reads those of one sensor. */
  static SensorRuns read(PerCpuCounters counters, int sensor, long seenAt, long filteredAt) {
    long[] sums = counters.sums(sensor, seenAt, filteredAt);
    return new SensorRuns(sums[0], sums[1]);
  }
}
