/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Objects;

/**
 * Whether a rule or model is obeyed.
 *
 * @param source rule or model
 * @param detector its name
 * @param state whether its findings lead to verdicts
 * @param hits distinct process trees or cgroups that it would have hit within a minute when it was
 *     stopped; 0 when it never was
 * @param sinceNanos when this state began ({@code CLOCK_BOOTTIME})
 * @param untilNanos when it is armed again at the earliest; 0 when no time leads there
 */
public record DetectorArming(
    Finding.Source source,
    String detector,
    State state,
    int hits,
    long sinceNanos,
    long untilNanos) {
  public DetectorArming {
    Objects.requireNonNull(source);
    Objects.requireNonNull(detector);
    Objects.requireNonNull(state);
  }

  /** The states of the disarmer, written by their ordinal. */
  public enum State {
    /** Its findings lead to verdicts. */
    ARMED("armed"),
    /** It hit too many at once: its findings only alert, until a quiet time has passed. */
    DISARMED("disarmed"),
    /** It did so again: its findings only alert until an operator arms it. */
    DISMANTLED("dismantled");

    private final String label;

    State(String label) {
      this.label = label;
    }

    /** The metric label. */
    public String label() {
      return label;
    }
  }
}
