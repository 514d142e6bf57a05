/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.detect.Observation;

/** What goes from the stage to the score operator, and through it. */
public sealed interface ScoreItem {
  /** A window closed. */
  record Observed(Observation observation) implements ScoreItem {}

  /**
   * A tick on its way through the loop.
   *
   * @param timeNanos when it entered the feed
   * @param enteredNanos the same by {@link System#nanoTime} of this process, to tell the loop's
   *     delay
   */
  record Pulse(long timeNanos, long enteredNanos) implements ScoreItem {}

  /** What needs no score: it passes the score operator on its way to the decision. */
  record Unscored(DecideItem item) implements ScoreItem {}

  /** A {@link io.ringward.kernel.ControlItem.RecordingMark} on its way through the loop. */
  record Mark(int number, boolean begins) implements ScoreItem {}
}
