/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.incident.IncidentOutlets;
import io.ringward.agent.metrics.LoopMetrics;
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.Event;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;

/** Hands what the loop reports to the metrics, the outlets, who waits, and who watches it start. */
final class LoopReports implements LoopObserver {
  private final LoopMetrics metrics;
  private final IncidentOutlets outlets;
  private final VerdictEffects effects;
  private final Progress progress;
  private final Standing standing;
  private final InlineDesk inline;

  LoopReports(
      LoopMetrics metrics,
      IncidentOutlets outlets,
      VerdictEffects effects,
      Progress progress,
      Standing standing,
      InlineDesk inline) {
    this.metrics = metrics;
    this.outlets = outlets;
    this.effects = effects;
    this.progress = progress;
    this.standing = standing;
    this.inline = inline;
  }

  @Override
  public void onFinding(Finding finding) {
    metrics.onFinding(finding);
  }

  @Override
  public void onVerdict(Verdict verdict, VerdictTable.Outcome outcome) {
    metrics.onVerdict(verdict, outcome);
    effects.onVerdict(verdict.id(), outcome);
  }

  @Override
  public void onRelease(long verdictId, String why) {
    metrics.onRelease(verdictId, why);
    effects.onRelease(verdictId, why);
  }

  @Override
  public void onEnforcement(Event.Enforcement enforcement) {
    metrics.onEnforcement(enforcement);
  }

  @Override
  public void onIncident(Incident incident) {
    metrics.onIncident(incident);
    outlets.offer(incident);
  }

  @Override
  public void onBeat(long delayNanos) {
    metrics.onBeat(delayNanos);
    progress.onBeat();
  }

  @Override
  public void onModels(int programs, long oldestNanos) {
    metrics.onModels(programs, oldestNanos);
    progress.onModels(programs);
  }

  @Override
  public void onStanding(DecisionStanding now) {
    metrics.onStanding(now);
    standing.onStanding(now);
    inline.onStanding(now);
  }
}
