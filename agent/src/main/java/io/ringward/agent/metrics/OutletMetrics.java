/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.ringward.agent.incident.IncidentQueue;
import io.ringward.agent.incident.LossCause;
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
    CounterMetricFamily collapsed =
        new CounterMetricFamily(
            "ringward_incidents_collapsed",
            "Incidents in line that a later update of the same one has replaced.",
            List.of("outlet"));
    CounterMetricFamily retries =
        new CounterMetricFamily(
            "ringward_incident_retries", "Deliveries that were tried again.", List.of("outlet"));
    GaugeMetricFamily waiting =
        new GaugeMetricFamily(
            "ringward_incidents_waiting", "Incidents in line.", List.of("outlet"));
    for (IncidentQueue queue : queues) {
      emitted.addMetric(List.of(queue.name()), queue.emitted());
      collapsed.addMetric(List.of(queue.name()), queue.collapsed());
      retries.addMetric(List.of(queue.name()), queue.retried());
      waiting.addMetric(List.of(queue.name()), queue.waiting());
      for (LossCause cause : LossCause.values()) {
        dropped.addMetric(List.of(queue.name(), cause.label()), queue.lost(cause));
      }
    }
    return List.of(emitted, dropped, collapsed, retries, waiting);
  }
}
