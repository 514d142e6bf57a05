/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Where incidents go. */
@Command(
    name = "incidents",
    header = "Test where incidents go.",
    description = {
      "",
      "Incidents go to standard output and, as configured, to a file, a webhook, an Alertmanager",
      "and syslog. 'ringward up --help' lists the settings, docs/incidents.md explains them."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n")
final class IncidentsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private IncidentsCommand() {}

  /** Without a command: the help. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  static CommandLine commandLine(Screen screen) {
    return new CommandLine(new IncidentsCommand()).addSubcommand(new TestIncidentCommand(screen));
  }
}
