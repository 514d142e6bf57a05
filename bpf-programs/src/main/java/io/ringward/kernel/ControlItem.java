/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;
import java.util.Objects;

/**
 * What steers the loop from outside of the ring, in the same order as the events, so that a
 * recording holds it too.
 */
public sealed interface ControlItem extends FeedItem {
  /**
   * The pulse of the loop. When it has passed through the decision stage the heartbeat is beaten;
   * windows close on it.
   *
   * @param epochOffsetNanos what to add to a kernel time to get nanoseconds since the epoch, as the
   *     clocks stood when the tick entered the feed: nobody behind the feed asks a clock
   */
  record Tick(long timeNanos, long epochOffsetNanos) implements ControlItem {
    /** A tick of a feed whose times count from the epoch. */
    public Tick(long timeNanos) {
      this(timeNanos, 0);
    }
  }

  /**
   * A place in the order of all items where a recording begins or ends. When it comes by, each
   * operator hands its state to the recording as of exactly this place, or in a replay goes on from
   * the state that was handed over.
   *
   * @param number tells the marks of one feed apart
   * @param begins whether items behind it are recorded
   */
  record RecordingMark(long timeNanos, int number, boolean begins) implements ControlItem {}

  /** A process that was running when the feed was opened; parents come before children. */
  record Bootstrap(long timeNanos, ProcessInfo process) implements ControlItem {
    public Bootstrap {
      Objects.requireNonNull(process);
    }
  }

  /** The kernel's counters, read about every second. */
  record Sampled(KernelSample sample) implements ControlItem {
    @Override
    public long timeNanos() {
      return sample.timeNanos();
    }
  }

  /** An operator's own verdict. */
  record AddVerdict(long timeNanos, Verdict verdict) implements ControlItem {}

  /**
   * An operator ends a verdict.
   *
   * @param operator who, for the audit
   * @param feedback what he says of it
   */
  record ReleaseVerdict(long timeNanos, long verdictId, String operator, Feedback feedback)
      implements ControlItem {
    public ReleaseVerdict {
      Objects.requireNonNull(feedback);
    }

    /** A release that says nothing of whether the verdict was right. */
    public ReleaseVerdict(long timeNanos, long verdictId, String operator) {
      this(timeNanos, verdictId, operator, Feedback.NONE);
    }
  }

  /**
   * An operator lets a rule or model act again that the disarmer has stopped.
   *
   * @param detector the rule's or the model's name
   * @param operator who, for the audit
   */
  record RearmDetector(long timeNanos, String detector, String operator) implements ControlItem {
    public RearmDetector {
      Objects.requireNonNull(detector);
      Objects.requireNonNull(operator);
    }
  }

  /** New rules, already checked by whoever sends them: the whole set, in order. */
  record RulesReplaced(long timeNanos, List<RuleText> files) implements ControlItem {
    public RulesReplaced {
      files = List.copyOf(files);
    }
  }

  /** A rule file: its name for messages, and its text. */
  record RuleText(String name, String text) {}
}
