/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;

/**
 * What stands between findings and verdicts on this host, beside the policy.
 *
 * @param stopped rules and models that are disarmed or dismantled
 * @param leanings what operators have taught, latest last
 * @param disarmed how often a rule or model was disarmed
 * @param dismantled how often one was dismantled
 * @param eased verdicts that were lowered or ended early because behaviour recovered
 */
public record DecisionStanding(
    List<DetectorArming> stopped,
    List<ProgramLeaning> leanings,
    long disarmed,
    long dismantled,
    long eased) {
  /** Nothing was stopped and nothing taught. */
  public static final DecisionStanding CLEAR = new DecisionStanding(List.of(), List.of(), 0, 0, 0);

  public DecisionStanding {
    stopped = List.copyOf(stopped);
    leanings = List.copyOf(leanings);
  }
}
