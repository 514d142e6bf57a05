/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.VerdictRow;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what is in force. */
@Command(
    name = "list",
    header = "Show the verdicts in force, oldest first.",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {"  ringward verdicts list", "  ringward verdicts list --json | jq .id"})
final class ListVerdictsCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  ListVerdictsCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    List<VerdictRow> rows = agent.ask(ControlClient::verdicts);
    if (json) {
      JsonLines.print(screen, rows);
    } else if (rows.isEmpty()) {
      screen.print(List.of("No verdict is in force."));
    } else {
      screen.print(VerdictsCommand.table(rows, screen.outStyle()));
    }
    return ExitCode.DONE;
  }
}
