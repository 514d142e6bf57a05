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

  /**
   * A tick on its way through the loop, after the score operator.
   *
   * @param timeNanos when it entered the feed
   * @param enteredNanos the same by {@link System#nanoTime} of this process, to tell the loop's
   *     delay
   */
  record Pulse(long timeNanos, long enteredNanos) implements DecideItem {}
}
