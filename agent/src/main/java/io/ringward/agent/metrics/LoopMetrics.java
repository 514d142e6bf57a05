/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.ringward.agent.config.Mode;
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.Event;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.util.function.LongSupplier;

/**
 * Counts what the loop reports. Called on the loop's threads: every method takes well under a
 * microsecond and none blocks.
 */
public final class LoopMetrics implements LoopObserver {
  private static final double NANOS = 1e9;
  private static final int MOST_DETECTORS = 512;

  private final Mode mode;
  private final LongSupplier boottimeNanos;
  private final EnforcementCounts enforcementCounts;
  private final StandingMetrics standingMetrics;
  private final BoundedLabel detectors = new BoundedLabel(MOST_DETECTORS);
  private final Counter findings;
  private final Counter verdicts;
  private final Counter outcomes;
  private final Counter releases;
  private final Counter incidents;
  private final Histogram verdictLatency;
  private final Histogram loopDelay;
  private final Gauge models;
  private volatile long lastBeatNanos;
  private volatile long oldestFitNanos;
  private volatile long modelsReportedNanos;

  /**
   * Registers the metrics.
   *
   * @param boottimeNanos reads {@code CLOCK_BOOTTIME}
   */
  public LoopMetrics(CollectorRegistry registry, Mode mode, LongSupplier boottimeNanos) {
    this.mode = mode;
    this.boottimeNanos = boottimeNanos;
    this.lastBeatNanos = boottimeNanos.getAsLong();
    this.enforcementCounts = new EnforcementCounts().register(registry);
    this.standingMetrics = new StandingMetrics().register(registry);
    findings =
        Counter.build("ringward_findings_total", "What rules and models found, repeats included.")
            .labelNames("source", "detector")
            .register(registry);
    verdicts =
        Counter.build("ringward_verdicts_total", "Verdicts that were put in force.")
            .labelNames("action", "mode")
            .register(registry);
    outcomes =
        Counter.build("ringward_verdict_outcomes_total", "What became of decided verdicts.")
            .labelNames("outcome")
            .register(registry);
    releases =
        Counter.build("ringward_verdict_releases_total", "Verdicts that ended before their expiry.")
            .register(registry);
    incidents =
        Counter.build("ringward_incidents_total", "Incidents, repeats of the same one included.")
            .labelNames("severity")
            .register(registry);
    verdictLatency =
        Histogram.build(
                "ringward_verdict_latency_seconds",
                "From the kernel event that caused a verdict to the verdict in the kernel's map.")
            .buckets(
                10e-6, 25e-6, 50e-6, 75e-6, 100e-6, 150e-6, 250e-6, 500e-6, 750e-6, 1e-3, 2.5e-3,
                5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10)
            .register(registry);
    loopDelay =
        Histogram.build(
                "ringward_loop_delay_seconds",
                "From a tick's entry into the feed to the heartbeat, through the whole loop.")
            .buckets(100e-6, 250e-6, 1e-3, 2.5e-3, 10e-3, 25e-3, 100e-3, 250e-3, 1, 3)
            .register(registry);
    models =
        Gauge.build("ringward_models", "Programs that have a learned model.").register(registry);
    Gauge.build("ringward_heartbeat_age_seconds", "Since a tick last passed through the loop.")
        .create()
        .setChild(child(this::heartbeatAgeSeconds))
        .register(registry);
    Gauge.build("ringward_model_oldest_age_seconds", "Age of the oldest fit; 0 without models.")
        .create()
        .setChild(child(this::oldestFitAgeSeconds))
        .register(registry);
  }

  @Override
  public void onFinding(Finding finding) {
    findings.labels(finding.source().label(), detectors.of(finding.detector())).inc();
  }

  @Override
  public void onVerdict(Verdict verdict, VerdictTable.Outcome outcome) {
    switch (outcome) {
      case VerdictTable.Outcome.Applied applied -> {
        boolean shadow = verdict.shadow() || mode == Mode.SHADOW;
        verdicts
            .labels(verdict.action().label(), (shadow ? Mode.SHADOW : Mode.ENFORCE).label())
            .inc();
        outcomes.labels("applied").inc();
        // A resumed verdict has no cause any more, and an operator takes his time.
        if (verdict.causeNanos() != 0 && !verdict.source().equals("operator")) {
          long nanos = Math.max(0, applied.appliedNanos() - verdict.causeNanos());
          verdictLatency.observe(nanos / NANOS);
        }
      }
      case VerdictTable.Outcome.SubjectGone() -> outcomes.labels("subject_gone").inc();
      case VerdictTable.Outcome.Supposed() -> outcomes.labels("supposed").inc();
      case VerdictTable.Outcome.SubjectProtected(String why) -> outcomes.labels("protected").inc();
      case VerdictTable.Outcome.Refused(String why) -> outcomes.labels("refused").inc();
    }
  }

  @Override
  public void onRelease(long verdictId, String why) {
    releases.inc();
  }

  @Override
  public void onEnforcement(Event.Enforcement enforcement) {
    enforcementCounts.onEnforcement(enforcement);
  }

  @Override
  public void onIncident(Incident incident) {
    if (incident.over()) {
      return;
    }
    incidents.labels(incident.finding().priority().label()).inc();
  }

  @Override
  public void onStanding(DecisionStanding standing) {
    standingMetrics.onStanding(standing);
  }

  @Override
  public void onBeat(long delayNanos) {
    lastBeatNanos = boottimeNanos.getAsLong();
    loopDelay.observe(delayNanos / NANOS);
  }

  @Override
  public void onModels(int programs, long oldestNanos) {
    models.set(programs);
    oldestFitNanos = oldestNanos;
    modelsReportedNanos = boottimeNanos.getAsLong();
  }

  /** Exact counts of enforcement; also told of what is in force by the sampler. */
  public EnforcementCounts enforcementCounts() {
    return enforcementCounts;
  }

  /** How long ago a tick passed through the loop. */
  public double heartbeatAgeSeconds() {
    return Math.max(0, boottimeNanos.getAsLong() - lastBeatNanos) / NANOS;
  }

  private double oldestFitAgeSeconds() {
    return oldestFitNanos == 0
        ? 0
        : (oldestFitNanos + boottimeNanos.getAsLong() - modelsReportedNanos) / NANOS;
  }

  private static Gauge.Child child(java.util.function.DoubleSupplier value) {
    return new ReadGauge(value);
  }

  /** A gauge that is read when the page is. */
  private static final class ReadGauge extends Gauge.Child {
    private final java.util.function.DoubleSupplier value;

    ReadGauge(java.util.function.DoubleSupplier value) {
      this.value = value;
    }

    @Override
    public double get() {
      return value.getAsDouble();
    }
  }
}
