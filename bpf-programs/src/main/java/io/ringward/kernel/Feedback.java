/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * What an operator says of a verdict that he releases. Constants are written by their ordinal: new
 * ones come last.
 */
public enum Feedback {
  /** Nothing: it is released, and nothing is learned but that it was. */
  NONE("none"),
  /** It was wrong: this detector shall be slower to act on this program. */
  FALSE_POSITIVE("false_positive"),
  /** It was right and is over: this detector may begin higher on this program. */
  CONFIRMED("confirmed");

  private final String label;

  Feedback(String label) {
    this.label = label;
  }

  /** The word on the control socket and in metrics. */
  public String label() {
    return label;
  }
}
