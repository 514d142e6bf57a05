/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.text.Suggestion;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program's root command. */
@Command(
    name = "ringward",
    header = "Ringward: an AI-native guardian for a Linux host.",
    description = {
      "",
      "eBPF programs see what the kernel does, rules and learned models judge it, and verdicts go",
      "back into eBPF maps where the kernel itself throttles or blocks. Every verdict has a reason,",
      "an owner, an expiry and an undo; without the agent, everything is allowed."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward demo                        the whole story, in about a minute",
      "  ringward doctor                      what this machine allows",
      "  ringward up                          watch, and say what would be done",
      "  ringward up --mode enforce           watch, and act",
      "  ringward events                      what happens, live",
      "  ringward top                         who is active, by suspicion",
      "  ringward verdicts list               what is in force",
      "  ringward verdicts release 1f         undo it",
      "  ringward rules check my-rules.yaml   check rules before they are armed",
      "",
      "'ringward COMMAND --help' explains a command."
    })
public final class Ringward implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show stack traces with errors.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  private Ringward() {}

  /** The whole command line, ready to be executed. */
  public static CommandLine commandLine(Screen screen) {
    Ringward root = new Ringward();
    CommandLine line =
        new CommandLine(root)
            .addSubcommand(UpCommand.commandLine(screen))
            .addSubcommand(new DoctorCommand(screen))
            .addSubcommand(new DemoCommand(screen))
            .addSubcommand(new EventsCommand(screen))
            .addSubcommand(new TopCommand(screen))
            .addSubcommand(VerdictsCommand.commandLine(screen))
            .addSubcommand(IncidentsCommand.commandLine(screen))
            .addSubcommand(RecordCommand.commandLine(screen))
            .addSubcommand(new ReplayCommand(screen))
            .addSubcommand(RulesCommand.commandLine(screen))
            .addSubcommand(new PinsCommand(screen))
            .addSubcommand(new TestCommand())
            .addSubcommand(new VersionCommand(screen));
    line.setOut(screen.out());
    line.setErr(screen.err());
    Ansi ansi = screen.outStyle().coloured() ? Ansi.ON : Ansi.OFF;
    line.setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
    line.setUsageHelpWidth(100);
    line.setUsageHelpAutoWidth(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setParameterExceptionHandler((e, arguments) -> misuse(screen, e));
    line.setExecutionExceptionHandler((e, command, parsed) -> root.failure(screen, e));
    documentExitCodes(line);
    return line;
  }

  private static void documentExitCodes(CommandLine line) {
    UsageMessageSpec help = line.getCommandSpec().usageMessage();
    help.exitCodeListHeading("%nExit codes:%n");
    help.exitCodeList(UsageMessageSpec.keyValuesMap(ExitCode.HELP));
    line.getSubcommands().values().forEach(Ringward::documentExitCodes);
  }

  private static int misuse(Screen screen, ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = screen.err();
    err.println(screen.errStyle().red("ringward: ") + reason(e));
    suggestion(e).ifPresent(word -> err.println("Did you mean '" + word + "'?"));
    err.println("'" + command.getCommandSpec().qualifiedName() + " --help' shows what there is.");
    err.flush();
    return ExitCode.USAGE;
  }

  // picocli begins some messages with this word of its own.
  private static String reason(ParameterException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
  }

  private static Optional<String> suggestion(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return Optional.empty();
    }
    String word = unmatched.getUnmatched().getFirst();
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    List<String> known =
        word.startsWith("-")
            ? spec.options().stream().map(option -> option.longestName()).toList()
            : List.copyOf(spec.subcommands().keySet());
    return Suggestion.nearest(word.split("=", 2)[0], known);
  }

  private int failure(Screen screen, Exception e) {
    PrintWriter err = screen.err();
    int exitCode = ExitCode.FAILED;
    if (e instanceof CommandFailure failure) {
      exitCode = failure.exitCode();
      err.println(screen.errStyle().red("ringward: ") + failure.getMessage());
    } else {
      err.println(
          screen.errStyle().red("ringward: ")
              + "this should not have happened: "
              + e
              + (verbose ? "" : " (--verbose shows where)"));
    }
    if (verbose) {
      e.printStackTrace(err);
    }
    err.flush();
    return exitCode;
  }

  /** Without a command: the help. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
