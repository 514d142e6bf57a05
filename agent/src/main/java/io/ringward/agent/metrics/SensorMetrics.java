/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.ringward.loader.SensorRuns;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How often each sensor of acts and of files has run, and how often it had nothing to tell: what is
 * left out in the kernel is no event, and no loss, but it has its cost. Read when the page is asked
 * for. Thread-safe.
 */
public final class SensorMetrics extends Collector {
  private static final List<String> LABELS = List.of("sensor");

  private final Supplier<Map<String, SensorRuns>> sensors;

  /**
   * @param sensors reads the kernel's counts, by the sensor's name
   */
  public SensorMetrics(Supplier<Map<String, SensorRuns>> sensors) {
    this.sensors = sensors;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    CounterMetricFamily runs =
        new CounterMetricFamily(
            "ringward_sensor_runs", "Runs of a sensor's programs in the kernel.", LABELS);
    CounterMetricFamily filtered =
        new CounterMetricFamily(
            "ringward_sensor_filtered",
            "Runs that the kernel's program left out, since no rule, model or watch wants to know.",
            LABELS);
    sensors
        .get()
        .forEach((sensor, counts) -> {
          runs.addMetric(List.of(sensor), counts.seen());
          filtered.addMetric(List.of(sensor), counts.filtered());
        });
    return List.of(runs, filtered);
  }
}
