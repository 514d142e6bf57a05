/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.ringward.kernel.DropCause;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.MapFailure;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The kernel's own counters as of the latest sample: of one reading, so that for each hook produced
 * = delivered + in flight + dropped holds on the page. Thread-safe.
 */
public final class KernelMetrics extends Collector {
  private static final Set<Hook> SILENT = EnumSet.of(Hook.SCHEDULE, Hook.PERFORMANCE, Hook.SEND);

  private volatile List<HookCounters> hooks = List.of();

  /** Takes a new reading. */
  public void onSample(KernelSample sample) {
    hooks = sample.hooks();
  }

  @Override
  public List<MetricFamilySamples> collect() {
    CounterMetricFamily produced =
        counter("ringward_events_produced", "Events that a hook wanted to send.", "hook");
    CounterMetricFamily delivered =
        counter("ringward_events_delivered", "Events that were taken out of the ring.", "hook");
    CounterMetricFamily dropped =
        counter("ringward_events_dropped", "Events that were not sent.", "hook", "cause");
    GaugeMetricFamily inFlight =
        new GaugeMetricFamily(
            "ringward_events_in_flight", "Events that wait in the ring.", List.of("hook"));
    CounterMetricFamily misses =
        counter(
            "ringward_kernel_recursion_misses",
            "Runs of a hook's program that the kernel skipped because one was running.",
            "hook");
    CounterMetricFamily failures =
        counter(
            "ringward_map_failures",
            "Entries that a full map of the kernel did not take.",
            "hook",
            "map");
    for (HookCounters hook : hooks) {
      String label = hook.hook().label();
      misses.addMetric(List.of(label), hook.recursionMisses());
      for (MapFailure map : MapFailure.values()) {
        failures.addMetric(List.of(label, map.label()), hook.mapFailures().get(map.ordinal()));
      }
      if (SILENT.contains(hook.hook())) {
        continue; // They aggregate in maps and send no events.
      }
      produced.addMetric(List.of(label), hook.produced());
      delivered.addMetric(List.of(label), hook.delivered());
      inFlight.addMetric(List.of(label), hook.inFlight());
      for (DropCause cause : DropCause.values()) {
        dropped.addMetric(List.of(label, cause.label()), hook.dropped().get(cause.ordinal()));
      }
    }
    return List.of(produced, delivered, dropped, inFlight, misses, failures);
  }

  private static CounterMetricFamily counter(String name, String help, String... labels) {
    return new CounterMetricFamily(name, help, List.of(labels));
  }
}
