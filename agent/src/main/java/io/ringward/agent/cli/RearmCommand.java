/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Arms a rule or model again that the disarmer has stopped. */
@Command(
    name = "rearm",
    header = "Let a rule or model act again that the disarmer has stopped.",
    description = {
      "",
      "A rule or model that suddenly would act on many distinct process trees or cgroups is",
      "disarmed: its findings only alert. 'ringward doctor' shows which are. What is held against",
      "it is forgotten."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward rules rearm \"Redirect STDOUT/STDIN to Network Connection in Container\"",
      "  ringward rules rearm connect-scan"
    })
final class RearmCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @Parameters(index = "0", paramLabel = "NAME", description = "Of the rule, or of the model.")
  private String name = "";

  RearmCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    screen.print(List.of(agent.ask((ControlClient client) -> client.rearm(name))));
    return ExitCode.DONE;
  }
}
