/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Rules: checking them, what they may say, and reading them anew. */
@Command(
    name = "rules",
    header = "Check rule files, list rules and fields, reload them.",
    description = {
      "",
      "Rules are written in Falco's language. Ringward adds 'action: alert | watch | throttle |",
      "block | kill' with 'for: 5m', and 'operations' and 'rate' where they apply."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n")
final class RulesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private RulesCommand() {}

  /** Without a command: the help. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  static CommandLine commandLine(Screen screen) {
    return new CommandLine(new RulesCommand())
        .addSubcommand(new CheckRulesCommand(screen))
        .addSubcommand(new ListRulesCommand(screen))
        .addSubcommand(new ListFieldsCommand(screen))
        .addSubcommand(new ReloadRulesCommand(screen))
        .addSubcommand(new RearmCommand(screen));
  }
}
