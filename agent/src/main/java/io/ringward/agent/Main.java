/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent;

import io.ringward.agent.cli.Ringward;
import io.ringward.agent.cli.Screen;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(Ringward.commandLine(Screen.ofProcess()).execute(arguments));
  }
}
