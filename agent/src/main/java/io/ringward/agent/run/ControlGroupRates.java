/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.ControlGroupAccount;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.SampleFeed;
import java.util.HashMap;
import java.util.Map;

/**
 * What each control group used of the processors between the last two readings: listens in on a
 * feed of readings. Thread-safe.
 */
final class ControlGroupRates implements SampleFeed {
  private final SampleFeed samples;
  private Map<Long, CpuAccount> previous = Map.of();
  private long previousNanos;
  private final PressureRates pressure = new PressureRates();
  private volatile Map<Long, Rate> rates = Map.of();
  private volatile Map<Long, PressureRates.Rate> pressures = Map.of();

  /**
   * A group's use.
   *
   * @param cpu cores
   * @param waitMillisPerSecond run-queue wait
   */
  record Rate(double cpu, double waitMillisPerSecond) {}

  ControlGroupRates(SampleFeed samples) {
    this.samples = samples;
  }

  /** By the group's id; who did not run is not in it. */
  Map<Long, Rate> rates() {
    return rates;
  }

  /** What went short, by the group's id; who used nothing is not in it. */
  Map<Long, PressureRates.Rate> pressures() {
    return pressures;
  }

  @Override
  public KernelSample read() {
    KernelSample sample = samples.read();
    take(sample);
    return sample;
  }

  private synchronized void take(KernelSample sample) {
    Map<Long, CpuAccount> now = new HashMap<>();
    Map<Long, Rate> fresh = new HashMap<>();
    double seconds = (sample.timeNanos() - previousNanos) / 1e9;
    for (ControlGroupAccount group : sample.controlGroups()) {
      CpuAccount account = group.account();
      now.put(group.cgroupId(), account);
      CpuAccount before = previous.get(group.cgroupId());
      // A counter that fell was started anew: the kernel's map had given the entry up.
      if (before != null && seconds > 0 && account.onCpuNanos() >= before.onCpuNanos()) {
        double cpu = (account.onCpuNanos() - before.onCpuNanos()) / 1e9 / seconds;
        double wait = Math.max(0, account.waitNanos() - before.waitNanos()) / 1e6 / seconds;
        if (cpu > 0 || wait > 0) {
          fresh.put(group.cgroupId(), new Rate(cpu, wait));
        }
      }
    }
    pressures = Map.copyOf(pressure.take(sample, seconds));
    previous = now;
    previousNanos = sample.timeNanos();
    rates = Map.copyOf(fresh);
  }
}
