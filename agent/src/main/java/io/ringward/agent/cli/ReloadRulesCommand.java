/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lets the running agent read its rule files again. */
@Command(
    name = "reload",
    header = "Let the running agent read its rule files again.",
    description = {
      "",
      "When anything is wrong with them the rules that are in force stay, and what is wrong is said.",
      "SIGHUP does the same."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = "  ringward rules reload")
final class ReloadRulesCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  ReloadRulesCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    screen.print(List.of(agent.ask(ControlClient::reloadRules)));
    return ExitCode.DONE;
  }
}
