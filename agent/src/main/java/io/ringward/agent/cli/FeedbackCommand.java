/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.DecisionReport;
import io.ringward.agent.text.Columns;
import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.Printable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what releases have taught. */
@Command(
    name = "feedback",
    header = "Show what 'verdicts release' has taught rules and models.",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {"  ringward verdicts release 1f --false-positive", "  ringward verdicts feedback"})
final class FeedbackCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  FeedbackCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    List<DecisionReport.Leaning> leanings = agent.ask(ControlClient::decisions).leanings();
    if (json) {
      JsonLines.print(screen, leanings);
    } else if (leanings.isEmpty()) {
      screen.print(List.of("Nothing was taught, or it has faded."));
    } else {
      Columns columns =
          new Columns("SOURCE", "PROGRAM", "EFFECT NOW", "FALSE POSITIVES", "CONFIRMED", "LAST");
      for (DecisionReport.Leaning one : leanings) {
        columns.row(
            Printable.of(one.detector(), 40),
            Printable.of(one.program(), 60),
            effect(one.leaning()),
            Integer.toString(one.falsePositives()),
            Integer.toString(one.confirmed()),
            DurationText.of(Duration.ofNanos(one.changedNanos())) + " ago");
      }
      screen.print(columns.lines(screen.outStyle()));
    }
    return ExitCode.DONE;
  }

  private static String effect(int leaning) {
    if (leaning == 0) {
      return "none, faded";
    }
    String steps = Math.abs(leaning) == 1 ? " step " : " steps ";
    return Math.abs(leaning) + steps + (leaning > 0 ? "more reluctant" : "surer");
  }
}
