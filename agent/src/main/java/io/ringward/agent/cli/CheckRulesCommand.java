/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.rule.RuleFiles;
import io.ringward.agent.text.Columns;
import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.Printable;
import io.ringward.kernel.Operation;
import io.ringward.kernel.RateText;
import io.ringward.rules.CompileReport;
import io.ringward.rules.Rule;
import io.ringward.rules.RuleAction;
import io.ringward.rules.event.EventType;
import io.ringward.rules.problem.RuleException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compiles rule files and says which way each rule goes, and why. */
@Command(
    name = "check",
    header = "Check rule files as 'up' would read them; needs no agent and no root.",
    description = {
      "",
      "Prints each rule with its action, where it is decided and why there. Everything that is wrong",
      "is said at once, with file, line and column; the exit code is 1 then."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward rules check                                  the starter rules",
      "  ringward rules check my-rules.yaml                    those and mine",
      "  ringward rules check --no-starter-rules one.yaml two.yaml"
    })
final class CheckRulesCommand implements Callable<Integer> {
  private final Screen screen;

  @Parameters(paramLabel = "FILE", arity = "0..*", description = "Rule files, in order.")
  private List<Path> files = List.of();

  @Option(
      names = "--no-starter-rules",
      description = "Leave out the rules that ship with Ringward.")
  private boolean noStarterRules;

  CheckRulesCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    CompileReport report;
    try {
      report = new RuleFiles(!noStarterRules, files).compile().report();
    } catch (RuleException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the rules cannot be used:\n" + Printable.lines(e.getMessage()), e);
    }
    Columns columns = new Columns("RULE", "PRIORITY", "ACTION", "EVENTS", "DECIDED", "TESTS");
    for (CompileReport.Entry entry : report.rules()) {
      Rule rule = entry.rule();
      columns.row(
          Printable.of(rule.name(), 60) + (entry.enabled() ? "" : " (off)"),
          rule.priority().label(),
          describe(rule.action()),
          rule.eventTypes().stream().map(EventType::label).collect(Collectors.joining(",")),
          rule.placement().label(),
          Long.toString(entry.tests()));
    }
    screen.print(columns.lines(screen.outStyle()));
    screen.print(List.of(""));
    for (CompileReport.Entry entry : report.rules()) {
      Rule rule = entry.rule();
      String where = Printable.of(rule.name(), 60) + ": " + rule.placement().label();
      screen.print(List.of(where + ", because " + Printable.of(rule.placement().reason(), 400)));
    }
    report.notes().forEach(note -> screen.print(List.of(Printable.of(note.toString(), 400))));
    long enabled = report.rules().stream().filter(CompileReport.Entry::enabled).count();
    screen.print(List.of("", enabled + " rules in force, no problems."));
    return ExitCode.DONE;
  }

  private static String describe(RuleAction action) {
    String lasting = action.duration().map(d -> " for " + DurationText.of(d)).orElse("");
    return switch (action) {
      case RuleAction.Throttle throttle -> {
        String rate = RateText.of(throttle.rate(), Operation.Unit.of(throttle.operations()));
        yield "throttle" + (rate.isEmpty() ? "" : " to " + rate) + lasting;
      }
      case RuleAction.Alert _, RuleAction.Watch _, RuleAction.Block _, RuleAction.Kill _ ->
          action.label() + lasting;
    };
  }
}
