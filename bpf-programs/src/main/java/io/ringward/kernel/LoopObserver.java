/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * Who watches the loop from outside: metrics and alert outlets. Called on the loop's own threads,
 * so an implementation never blocks and never throws; what it cannot take it counts.
 */
public interface LoopObserver {
  /** A rule or model found something (every one, before repeats collapse). */
  void onFinding(Finding finding);

  /** A verdict was given to the table. */
  void onVerdict(Verdict verdict, VerdictTable.Outcome outcome);

  /** A verdict ended before its expiry: released, or its subject is gone. */
  void onRelease(long verdictId, String why);

  /** The kernel reports hits of a verdict. */
  void onEnforcement(Event.Enforcement enforcement);

  /** People should know. */
  void onIncident(Incident incident);

  /**
   * A tick went through the whole loop.
   *
   * @param delayNanos from its entry into the feed to the heartbeat
   */
  void onBeat(long delayNanos);

  /**
   * State of the learned models, about once a minute and at each fit.
   *
   * @param programs how many programs have one
   * @param oldestNanos age of the oldest fit, 0 when there is none
   */
  void onModels(int programs, long oldestNanos);

  /** The disarmer, an operator's feedback or the decay has changed something; also at the start. */
  default void onStanding(DecisionStanding standing) {}
}
