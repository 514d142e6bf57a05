/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.Event;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Verdict;

/** What goes to the decide operator: from the stage, and from the score operator. */
public sealed interface DecideItem {
  /** A rule or a model noticed something. */
  record Found(Finding finding) implements DecideItem {}

  /** The kernel reports hits of a verdict. */
  record Hit(Event.Enforcement enforcement) implements DecideItem {}

  /** An operator's own verdict. */
  record Added(Verdict verdict) implements DecideItem {}

  /** An operator ends a verdict. */
  record Released(long timeNanos, long verdictId, String operator, Feedback feedback)
      implements DecideItem {}

  /** An operator lets a rule or model act again. */
  record Rearmed(long timeNanos, String detector, String operator) implements DecideItem {}

  /** New rules are in force: rules that were dismantled begin anew. */
  record RulesReplaced(long timeNanos) implements DecideItem {}

  /** Events are being lost from now on, or not any more. */
  record Losses(long timeNanos, boolean losing) implements DecideItem {}

  /**
   * A tick on its way through the loop, after the score operator.
   *
   * @param timeNanos when it entered the feed
   * @param enteredNanos the same by {@link System#nanoTime} of this process, to tell the loop's
   *     delay
   */
  record Pulse(long timeNanos, long enteredNanos) implements DecideItem {}

  /**
   * A tick straight from the stage. Sent in a replay only, where it tells how far the stage is:
   * what the recording does not order is ordered by time.
   */
  record StagePulse(long timeNanos) implements DecideItem {}

  /**
   * A {@link io.ringward.kernel.ControlItem.RecordingMark} on its way through the loop. It comes
   * twice, from the stage and from the score operator.
   */
  record Mark(int number, boolean begins, boolean scored) implements DecideItem {}

  /** When it happened, in kernel time; a mark has no time of its own. */
  default long timeNanos() {
    return switch (this) {
      case Found(Finding finding) -> finding.kernelTimeNanos();
      case Hit(Event.Enforcement enforcement) -> enforcement.header().kernelTimeNanos();
      case Added(Verdict verdict) -> verdict.issuedNanos();
      case Released released -> released.timeNanos;
      case Rearmed rearmed -> rearmed.timeNanos;
      case RulesReplaced replaced -> replaced.timeNanos;
      case Losses losses -> losses.timeNanos;
      case Pulse pulse -> pulse.timeNanos;
      case StagePulse pulse -> pulse.timeNanos;
      case Mark _ -> Long.MIN_VALUE;
    };
  }

  /** Whether it comes from the score operator, and not straight from the stage. */
  default boolean scored() {
    return switch (this) {
      case Found(Finding finding) -> finding.source() == Finding.Source.MODEL;
      case Pulse _ -> true;
      case Mark mark -> mark.scored();
      case Hit _, Added _, Released _, Rearmed _, RulesReplaced _, Losses _, StagePulse _ -> false;
    };
  }
}
