/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringward.kernel.BlockOperation;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.ControlGroupAccount;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.PerformanceCount;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ControlGroupRatesTest {
  private static final long SECOND = 1_000_000_000L;

  private final Deque<KernelSample> samples = new ArrayDeque<>();
  private final ControlGroupRates rates = new ControlGroupRates(samples::pop);

  private static ControlGroupAccount group(long id, long onCpuNanos, long waitNanos) {
    return new ControlGroupAccount(id, new CpuAccount(onCpuNanos, waitNanos, 1, List.of()));
  }

  private Map<Long, ControlGroupRates.Rate> read(long nanos, ControlGroupAccount... groups) {
    KernelSample sample = new KernelSample(nanos, List.of(), List.of(), List.of(groups));
    samples.add(sample);
    assertEquals(sample, rates.read(), "the sample itself is passed on");
    return rates.rates();
  }

  @Test
  void ratesAreTheGrowthBetweenTwoReadings() {
    assertEquals(Map.of(), read(10 * SECOND, group(1, 5 * SECOND, SECOND)));
    assertEquals(
        Map.of(1L, new ControlGroupRates.Rate(0.5, 250)),
        read(12 * SECOND, group(1, 6 * SECOND, SECOND + SECOND / 2), group(2, SECOND, 0)));
  }

  @Test
  void whoDidNotRunAndWhoseCounterFellAreNotInIt() {
    read(10 * SECOND, group(1, 5 * SECOND, 7), group(2, 5 * SECOND, 7));
    assertEquals(Map.of(), read(11 * SECOND, group(1, 5 * SECOND, 7), group(2, 3, 0)));
  }

  private static KernelSample pressed(long nanos, PerformanceCount... counts) {
    return new KernelSample(nanos, List.of(), List.of(), List.of(), List.of(counts));
  }

  private static PerformanceCount disk(BlockOperation operation, long bytes) {
    return new PerformanceCount.BlockRequests(1, 3, operation, 1, bytes, 1, List.of());
  }

  @Test
  void whatGoesShortIsTheGrowthToo() {
    samples.add(
        pressed(
            10 * SECOND,
            new PerformanceCount.Pressure(1, 100, 10, 0, 0, 0, 0),
            disk(BlockOperation.READ, 500)));
    samples.add(
        pressed(
            12 * SECOND,
            new PerformanceCount.Pressure(1, 300, 20, 1, SECOND / 100, 0, 0),
            new PerformanceCount.Pressure(2, 300, 20, 1, SECOND / 100, 0, 0),
            disk(BlockOperation.READ, 1500),
            disk(BlockOperation.WRITE, 9000)));
    rates.read();
    assertEquals(Map.of(), rates.pressures());
    rates.read();
    assertEquals(Map.of(1L, new PressureRates.Rate(105, 500, 5)), rates.pressures());
  }
}
