/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlException;

/** A command ends with a message for people and an exit code; no stack trace is shown. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  public CommandFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public CommandFailure(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** What an agent that was asked, or is not there, comes to. */
  static CommandFailure of(ControlException refusal) {
    int exitCode =
        switch (refusal.code()) {
          case NO_AGENT -> ExitCode.NO_AGENT;
          case NOT_PERMITTED -> ExitCode.NOT_PERMITTED;
          case BAD_REQUEST -> ExitCode.USAGE;
          case NOT_FOUND, PROTECTED, FAILED, BUSY -> ExitCode.FAILED;
        };
    return new CommandFailure(exitCode, refusal.getMessage(), refusal);
  }

  int exitCode() {
    return exitCode;
  }
}
