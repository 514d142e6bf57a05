/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Says what this is. */
@Command(
    name = "version",
    header = "Show the version of Ringward, Java and the kernel.",
    optionListHeading = "%nOptions:%n")
final class VersionCommand implements Callable<Integer> {
  private final Screen screen;

  VersionCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    screen.print(
        List.of(
            "ringward "
                + Version.current()
                + " (Java "
                + Runtime.version()
                + ", Linux "
                + System.getProperty("os.version")
                + ", "
                + System.getProperty("os.arch")
                + ")"));
    return ExitCode.DONE;
  }
}
