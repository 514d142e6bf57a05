/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

/** Why an incident was given up at an outlet. */
public enum LossCause {
  /** Too many waited. */
  QUEUE_FULL("queue_full"),
  /** It could not be written: no space, an error of the stream. */
  WRITE_FAILED("write_failed"),
  /** Nobody answered at the address, or the connection broke, however often it was tried. */
  UNREACHABLE("unreachable"),
  /** The receiver did not answer in time, however often it was tried. */
  TIMED_OUT("timed_out"),
  /** The receiver answered that it does not take it. */
  REFUSED("refused"),
  /** The agent ended before it was carried out. */
  ENDED("ended");

  private final String label;

  LossCause(String label) {
    this.label = label;
  }

  /** The metric label. */
  public String label() {
    return label;
  }
}
