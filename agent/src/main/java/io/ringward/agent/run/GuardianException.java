/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

/** The agent cannot start, or cannot go on. The message says why and what to do. */
public final class GuardianException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Kinds of failure, for exit codes. */
  public enum Reason {
    /** Another agent has the machine. */
    ALREADY_RUNNING,
    /** The machine, or the kernel, does not allow it. */
    NOT_PERMITTED,
    /** Something went wrong. */
    FAILED
  }

  GuardianException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What kind of failure. */
  public Reason reason() {
    return reason;
  }
}
