/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.VerdictRow;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends verdicts. */
@Command(
    name = "release",
    header = "End a verdict now: what it covers is allowed again.",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {"  ringward verdicts release 1f", "  ringward verdicts release --all"})
final class ReleaseVerdictCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Which which;

  static final class Which {
    @Parameters(
        index = "0",
        paramLabel = "ID",
        description = "As 'verdicts list' and incidents show it.")
    private String id = "";

    @Option(names = "--all", description = "Every verdict in force.")
    private boolean all;
  }

  ReleaseVerdictCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    List<VerdictRow> released =
        which.all
            ? agent.ask(ControlClient::releaseAll)
            : agent.ask(client -> List.of(client.release(which.id)));
    for (VerdictRow row : released) {
      screen.print(
          List.of(
              "Released "
                  + row.id()
                  + ": "
                  + row.action()
                  + " of "
                  + row.subject()
                  + " ("
                  + row.hits()
                  + " hits)."));
    }
    if (released.isEmpty()) {
      screen.print(List.of("No verdict was in force."));
    }
    return ExitCode.DONE;
  }
}
