/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.ringward.agent.incident.IncidentQueue;
import java.util.List;

/** What became of incidents at each outlet. Thread-safe. */
public final class OutletMetrics extends Collector {
  private final List<IncidentQueue> queues;

  public OutletMetrics(List<IncidentQueue> queues) {
    this.queues = List.copyOf(queues);
  }

  @Override
  public List<MetricFamilySamples> collect() {
    CounterMetricFamily emitted =
        new CounterMetricFamily(
            "ringward_incidents_emitted", "Incidents that an outlet took.", List.of("outlet"));
    CounterMetricFamily dropped =
        new CounterMetricFamily(
            "ringward_incidents_dropped",
            "Incidents that an outlet lost.",
            List.of("outlet", "cause"));
    for (IncidentQueue queue : queues) {
      emitted.addMetric(List.of(queue.name()), queue.emitted());
      dropped.addMetric(List.of(queue.name(), "queue_full"), queue.overflowed());
      dropped.addMetric(List.of(queue.name(), "write_failed"), queue.failed());
    }
    return List.of(emitted, dropped);
  }
}
