/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.DetectorArming;
import io.ringward.kernel.DetectorArming.State;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Priority;
import java.util.List;
import java.util.Optional;

/** What people are told when a rule or model is stopped. Stateless. */
final class Alarm {
  private Alarm() {}

  /** The alarm's own detector: one incident for each rule or model. */
  static String detector(String stopped) {
    return "disarmer: " + stopped;
  }

  /**
   * The alarm.
   *
   * @param last the finding that was one too many
   * @param names whom it hit
   * @param released how many verdicts of it were released
   */
  static Finding of(
      DetectorArming arming, Finding last, String names, int released, DisarmPolicy policy) {
    String who = arming.source().label() + " '" + arming.detector() + "'";
    String summary =
        who
            + " would have acted on "
            + arming.hits()
            + " distinct process trees or cgroups within "
            + Durations.text(policy.windowNanos())
            + " (limit "
            + policy.limit()
            + "): "
            + arming.state().label()
            + ", its findings only alert now; "
            + released
            + (released == 1 ? " verdict" : " verdicts")
            + " of it released. "
            + whatToDo(arming, policy)
            + " Hit: "
            + names;
    return new Finding(
        arming.source(),
        detector(arming.detector()),
        Priority.ALERT,
        last.kernelTimeNanos(),
        last.process(),
        last.ancestry(),
        summary,
        1,
        List.of(),
        Optional.empty(),
        List.of("disarmer", arming.state().label()));
  }

  private static String whatToDo(DetectorArming arming, DisarmPolicy policy) {
    String rearm = "'ringward rules rearm \"" + arming.detector() + "\"'";
    return arming.state() == State.DISMANTLED
        ? "It did so before: mend it, then arm it by " + rearm + " or by reloading the rules."
        : "It is armed again after "
            + Durations.text(policy.quietNanos())
            + " of quiet, or by "
            + rearm
            + "; if the hits are right, act on them by hand or raise decide.disarm_limit.";
  }
}
