/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.hotspot.GarbageCollectorExports;
import io.prometheus.client.hotspot.MemoryPoolsExports;
import io.prometheus.client.hotspot.StandardExports;
import io.prometheus.client.hotspot.ThreadExports;
import io.prometheus.client.hotspot.VersionInfoExports;
import io.ringward.agent.incident.IncidentQueue;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.VerdictTable;
import io.ringward.loader.SensorRuns;
import io.ringward.loader.Tampering;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Every metric of the agent in one registry. Thread-safe. */
public final class AgentMetrics {
  private final CollectorRegistry registry;
  private final LoopMetrics loop;
  private final KernelMetrics kernel;
  private final ControlGroupMetrics controlGroups;
  private final PerformanceMetrics performance;
  private final StatusMetrics status;
  private final Counter samplesSkipped;
  private final Counter tamperings;

  /**
   * Registers everything, and the JVM's own metrics.
   *
   * @param registry an empty one
   * @param version of Ringward
   * @param sensors reads how often each sensor has run, by its name
   */
  public AgentMetrics(
      CollectorRegistry registry,
      String version,
      LoopMetrics loop,
      ControlGroupMetrics controlGroups,
      StatusMetrics status,
      List<IncidentQueue> queues,
      Supplier<Map<String, SensorRuns>> sensors) {
    this.registry = registry;
    this.loop = loop;
    this.kernel = new KernelMetrics().register(registry);
    this.controlGroups = controlGroups.register(registry);
    this.performance =
        new PerformanceMetrics(controlGroups::label, new BlockDeviceNames()::of).register(registry);
    this.status = status.register(registry);
    new OutletMetrics(queues).register(registry);
    new SensorMetrics(sensors).register(registry);
    this.samplesSkipped =
        Counter.build(
                "ringward_samples_skipped_total",
                "Readings of the kernel's counters that failed, or that the loop had no room for.")
            .register(registry);
    this.tamperings =
        Counter.build(
                "ringward_tamperings_total",
                "What others did to Ringward's own hooks, maps and process.")
            .labelNames("kind")
            .register(registry);
    for (Tampering.Kind kind : Tampering.Kind.values()) {
      tamperings.labels(kind.label());
    }
    Gauge.build("ringward_build_info", "1, labelled with what is running.")
        .labelNames("version", "java")
        .register(registry)
        .labels(version, Runtime.version().toString())
        .set(1);
    new StandardExports().register(registry);
    new MemoryPoolsExports().register(registry);
    new GarbageCollectorExports().register(registry);
    new ThreadExports().register(registry);
    new VersionInfoExports().register(registry);
  }

  /** Takes the kernel's counters and what is in force, about once a second. */
  public void onSample(KernelSample sample, List<VerdictTable.InForce> inForce) {
    kernel.onSample(sample);
    controlGroups.onSample(sample);
    performance.onSample(sample); // After the groups, whose labels it takes.
    loop.enforcementCounts().onInForce(inForce);
    status.onInForce(inForce);
  }

  /** Takes the last counts of verdicts that have ended. */
  public void onEnded(List<VerdictTable.InForce> ended) {
    loop.enforcementCounts().onEnded(ended);
  }

  /** A reading was left out. */
  public void onSampleSkipped() {
    samplesSkipped.inc();
  }

  /** Somebody tampered with what is ours. */
  public void onTampering(String kind) {
    tamperings.labels(kind).inc();
  }

  /** For the page. */
  public CollectorRegistry registry() {
    return registry;
  }

  /** What the loop reports to. */
  public LoopMetrics loop() {
    return loop;
  }
}
