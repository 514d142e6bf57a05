/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.VerdictRow;
import io.ringward.kernel.Feedback;
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
    description = {
      "",
      "Whoever gave the verdict is mute on that process for a while: 10 minutes, longer each time.",
      "A word on it is kept for a week and more, for that rule or model and that program:",
      "  --false-positive  a model needs a higher score to act, a rule gets a step less than it asks",
      "                    for; at most three steps",
      "  --confirm         it was right and is over: nothing is muted, a model begins a step higher,",
      "                    a rule's verdict lasts longer; at most two steps"
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward verdicts release 1f",
      "  ringward verdicts release 1f --false-positive",
      "  ringward verdicts release --all"
    })
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

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private Word word;

  static final class Word {
    @Option(names = "--false-positive", description = "The verdict was wrong.")
    private boolean falsePositive;

    @Option(names = "--confirm", description = "The verdict was right.")
    private boolean confirmed;
  }

  ReleaseVerdictCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    Feedback feedback = feedback();
    List<VerdictRow> released =
        which.all
            ? agent.ask((ControlClient client) -> client.releaseAll(feedback))
            : agent.ask(client -> List.of(client.release(which.id, feedback)));
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
    if (feedback != Feedback.NONE && !released.isEmpty()) {
      screen.print(List.of("Taught: 'ringward verdicts feedback' shows what that changes."));
    }
    if (released.isEmpty()) {
      screen.print(List.of("No verdict was in force."));
    }
    return ExitCode.DONE;
  }

  private Feedback feedback() {
    if (word == null) {
      return Feedback.NONE;
    }
    return word.falsePositive ? Feedback.FALSE_POSITIVE : Feedback.CONFIRMED;
  }
}
