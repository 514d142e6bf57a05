/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.KernelSample;
import io.ringward.kernel.PerformanceCount;
import io.ringward.kernel.PerformanceCount.BlockRequests;
import io.ringward.kernel.PerformanceCount.Pressure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What went short in each control group between two readings. Not thread-safe. */
final class PressureRates {
  private static final double NANOS_PER_MILLI = 1e6;

  private Map<List<Long>, PerformanceCount> previous = Map.of();

  /**
   * A group's rates, each a second.
   *
   * @param faults page faults
   * @param diskBytes read from and written to block devices
   * @param reclaimMillis time spent on freeing memory
   */
  record Rate(double faults, double diskBytes, double reclaimMillis) {
    static final Rate NONE = new Rate(0, 0, 0);

    private Rate plus(double moreFaults, double moreBytes, double moreMillis) {
      return new Rate(faults + moreFaults, diskBytes + moreBytes, reclaimMillis + moreMillis);
    }
  }

  /**
   * Takes a reading.
   *
   * @param seconds since the one before
   * @return by the group's id; who used nothing is not in it
   */
  Map<Long, Rate> take(KernelSample sample, double seconds) {
    Map<List<Long>, PerformanceCount> now = new HashMap<>();
    Map<Long, Rate> rates = new HashMap<>();
    for (PerformanceCount count : sample.performance()) {
      switch (count) {
        case Pressure next -> {
          now.put(count.key(), count); // Keys of these two kinds have different lengths.
          PerformanceCount before = previous.get(count.key());
          if (before instanceof Pressure last && next.userFaults() >= last.userFaults()) {
            long faults =
                next.userFaults() + next.kernelFaults() - last.userFaults() - last.kernelFaults();
            double reclaim = (next.reclaimNanos() - last.reclaimNanos()) / NANOS_PER_MILLI;
            add(rates, next.cgroupId(), seconds, faults, 0, reclaim);
          }
        }
        case BlockRequests next -> {
          now.put(count.key(), count);
          PerformanceCount before = previous.get(count.key());
          if (before instanceof BlockRequests last && next.bytes() >= last.bytes()) {
            add(rates, next.cgroupId(), seconds, 0, next.bytes() - last.bytes(), 0);
          }
        }
        case PerformanceCount.Preemption _,
            PerformanceCount.BlockQueue _,
            PerformanceCount.Softirq _ -> {
          // Of pairs, devices and processors.
        }
      }
    }
    previous = now;
    return rates;
  }

  private static void add(
      Map<Long, Rate> rates,
      long group,
      double seconds,
      double faults,
      double bytes,
      double reclaimMillis) {
    if (seconds > 0 && (faults > 0 || bytes > 0 || reclaimMillis > 0)) {
      Rate so = rates.getOrDefault(group, Rate.NONE);
      rates.put(group, so.plus(faults / seconds, bytes / seconds, reclaimMillis / seconds));
    }
  }
}
