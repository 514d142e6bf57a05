/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.ringward.kernel.Action;
import io.ringward.kernel.VerdictTable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The state of the running agent, asked for when the page is read. Thread-safe. */
public final class StatusMetrics extends Collector {
  private final List<CapabilityRung> rungs;
  private final String mode;
  private final Supplier<LoopReading> loop;
  private volatile Map<Action, Long> inForce = Map.of();

  /**
   * Nothing is read before the page is.
   *
   * @param mode the agent's mode, as a label
   * @param loop asks the job
   */
  public StatusMetrics(List<CapabilityRung> rungs, String mode, Supplier<LoopReading> loop) {
    this.rungs = List.copyOf(rungs);
    this.mode = mode;
    this.loop = loop;
  }

  /** Takes what is in force now. */
  public void onInForce(List<VerdictTable.InForce> verdicts) {
    Map<Action, Long> counts = new EnumMap<>(Action.class);
    for (VerdictTable.InForce one : verdicts) {
      counts.merge(one.verdict().action(), 1L, Long::sum);
    }
    inForce = counts;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    GaugeMetricFamily rung =
        new GaugeMetricFamily(
            "ringward_capability_rung",
            "1 for the rung of the ladder that is in force for a capability.",
            List.of("capability", "rung"));
    rungs.forEach(one -> rung.addMetric(List.of(one.capability(), one.rung()), 1));
    GaugeMetricFamily modes =
        new GaugeMetricFamily(
            "ringward_mode_info", "1 for the mode that the agent runs in.", List.of("mode"));
    modes.addMetric(List.of(mode), 1);
    GaugeMetricFamily verdicts =
        new GaugeMetricFamily(
            "ringward_verdicts_in_force", "Verdicts in the kernel's maps.", List.of("action"));
    for (Action action : Action.values()) {
      if (action != Action.OBSERVE) {
        verdicts.addMetric(List.of(action.label()), inForce.getOrDefault(action, 0L));
      }
    }
    List<MetricFamilySamples> families = new ArrayList<>(List.of(rung, modes, verdicts));
    LoopReading reading = loop.get();
    families.add(
        gauge(
            "ringward_flink_source_lag_bytes",
            "Bytes in the rings that the job has not taken yet.",
            reading.lagBytes()));
    families.add(
        counter("ringward_flink_restarts", "Restarts of the embedded job.", reading.restarts()));
    families.add(
        counter("ringward_flink_checkpoints", "Checkpoints completed.", reading.checkpoints()));
    families.add(
        counter(
            "ringward_flink_checkpoints_failed",
            "Checkpoints that failed.",
            reading.failedCheckpoints()));
    families.add(
        gauge(
            "ringward_process_table_entries",
            "Processes that the loop follows, the dead of lately included.",
            reading.processes()));
    families.add(
        counter(
            "ringward_processes_forgotten",
            "Living processes that found no room in the process table.",
            reading.forgottenProcesses()));
    families.add(
        gauge(
            "ringward_detectors_degraded",
            "1 while events were lost lately and detectors see too little.",
            reading.degraded() ? 1 : 0));
    reading
        .checkpointAgeSeconds()
        .ifPresent(age ->
            families.add(
                new GaugeMetricFamily(
                    "ringward_checkpoint_age_seconds",
                    "Since the last checkpoint was completed.",
                    age)));
    reading
        .checkpointBytes()
        .ifPresent(bytes ->
            families.add(
                new GaugeMetricFamily(
                    "ringward_checkpoint_size_bytes", "Size of the last checkpoint.", bytes)));
    return families;
  }

  private static GaugeMetricFamily gauge(String name, String help, double value) {
    return new GaugeMetricFamily(name, help, value);
  }

  private static CounterMetricFamily counter(String name, String help, double value) {
    return new CounterMetricFamily(name, help, value);
  }
}
