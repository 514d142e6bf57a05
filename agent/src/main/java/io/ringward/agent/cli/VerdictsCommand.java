/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.VerdictRow;
import io.ringward.agent.text.Columns;
import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The verdicts of the running agent. */
@Command(
    name = "verdicts",
    header = "Show, add and release verdicts of the running agent.",
    description = {
      "",
      "A verdict says what the kernel does to a process tree or a cgroup until it expires. The agent",
      "is asked over a unix socket that only root may open."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n")
final class VerdictsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private VerdictsCommand() {}

  /** Without a command: the help. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  static CommandLine commandLine(Screen screen) {
    return new CommandLine(new VerdictsCommand())
        .addSubcommand(new ListVerdictsCommand(screen))
        .addSubcommand(new AddVerdictCommand(screen))
        .addSubcommand(new ReleaseVerdictCommand(screen))
        .addSubcommand(new FeedbackCommand(screen));
  }

  /** The rows as a table, with a heading. */
  static List<String> table(List<VerdictRow> rows, Style style) {
    Columns columns =
        new Columns(
            "ID",
            "SUBJECT",
            "NAME",
            "ACTION",
            "OPERATIONS",
            "AGE",
            "EXPIRES IN",
            "HITS",
            "SOURCE",
            "REASON");
    for (VerdictRow row : rows) {
      String rate = row.rate().isEmpty() ? "" : " " + row.rate();
      columns.row(
          row.id(),
          row.subject(),
          Printable.of(row.name(), 40),
          row.action() + rate + (row.shadow() ? " (shadow)" : ""),
          String.join(",", row.operations()),
          DurationText.of(Duration.ofNanos(row.ageNanos())),
          DurationText.of(Duration.ofNanos(row.expiresInNanos())),
          Long.toString(row.hits()),
          Printable.of(row.source(), 40),
          Printable.of(row.reason(), 80));
    }
    return columns.lines(style);
  }
}
