/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.RuleRow;
import io.ringward.agent.text.Columns;
import io.ringward.agent.text.Printable;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows which rules the running agent's kernel side decides by itself, and why not the others. */
@Command(
    name = "list",
    header = "Show the rules in force, where each is decided, and why there.",
    description = {
      "",
      "DECIDED is 'kernel' for a rule that refuses an operation before it happens, and 'stream' for",
      "one that acts after it was seen. REFUSED counts the operations that the kernel refused by it;",
      "in shadow mode, that it would have."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {"  ringward rules list", "  ringward rules list --json | jq .decided"})
final class ListRulesCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  ListRulesCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    List<RuleRow> rows = agent.ask(ControlClient::rules);
    if (json) {
      JsonLines.print(screen, rows);
      return ExitCode.DONE;
    }
    Columns columns = new Columns("RULE", "ACTION", "DECIDED", "REFUSED", "WHY");
    for (RuleRow row : rows) {
      columns.row(
          Printable.of(row.name(), 60),
          row.action(),
          row.decided(),
          row.hits() < 0 ? "-" : Long.toString(row.hits()),
          Printable.of(row.reason(), 400));
    }
    screen.print(columns.lines(screen.outStyle()));
    return ExitCode.DONE;
  }
}
