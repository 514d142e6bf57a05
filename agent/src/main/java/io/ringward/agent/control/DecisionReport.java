/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.util.List;

/**
 * What stands between findings and verdicts.
 *
 * @param degraded whether events are being lost, so that detectors see too little
 * @param stopped rules and models that are disarmed or dismantled
 * @param leanings what operators have taught by {@code verdicts release}
 * @param disarmed how often a rule or model was disarmed
 * @param dismantled how often one was dismantled
 * @param eased verdicts that were lowered or ended early because behaviour recovered
 */
public record DecisionReport(
    boolean degraded,
    List<Stopped> stopped,
    List<Leaning> leanings,
    long disarmed,
    long dismantled,
    long eased) {
  public DecisionReport {
    stopped = List.copyOf(stopped);
    leanings = List.copyOf(leanings);
  }

  /**
   * A rule or model that is not obeyed.
   *
   * @param source {@code rule} or {@code model}
   * @param state {@code disarmed} or {@code dismantled}
   * @param hits distinct process trees or cgroups that it hit
   * @param sinceNanos how long it has been so
   * @param untilNanos until it is armed again at the earliest; 0 when an operator has to do it
   */
  public record Stopped(
      String source, String detector, String state, int hits, long sinceNanos, long untilNanos) {}

  /**
   * What one rule or model was taught about one program.
   *
   * @param leaning over 0: so many steps more reluctant; below 0: so many steps surer
   * @param changedNanos how long ago it was last taught
   */
  public record Leaning(
      String detector,
      String program,
      int leaning,
      int falsePositives,
      int confirmed,
      long changedNanos) {}
}
