/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

/** How a command ends, for scripts. */
public final class ExitCode {
  /** It was done. */
  public static final int DONE = 0;

  /** It was tried and did not work, or what was checked is wrong. */
  public static final int FAILED = 1;

  /** The command line or the configuration is wrong. */
  public static final int USAGE = 2;

  /** Not root, or the kernel does not allow it. */
  public static final int NOT_PERMITTED = 3;

  /** No agent runs. */
  public static final int NO_AGENT = 4;

  /** Another agent runs on this machine. */
  public static final int ALREADY_RUNNING = 5;

  /** The list for help texts, as picocli takes it. */
  static final String[] HELP = {
    "0:it was done",
    "1:it was tried and did not work, or what was checked is wrong",
    "2:the command line or the configuration is wrong",
    "3:not root, or the kernel does not allow it",
    "4:no agent runs",
    "5:another agent runs on this machine"
  };

  private ExitCode() {}
}
