/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.OutletRow;
import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends a test incident through every outlet of the running agent. */
@Command(
    name = "test",
    header = "Send a test incident through every outlet and show what came back.",
    description = {
      "",
      "It is sent once, past those that wait, and named ringward-test. An Alertmanager resolves it",
      "by itself after 4 minutes. Exit code 1 when an outlet did not take it."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = "  ringward incidents test")
final class TestIncidentCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  TestIncidentCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    List<OutletRow> rows = agent.ask(ControlClient::testIncidents);
    if (json) {
      JsonLines.print(screen, rows);
    } else {
      Style style = screen.outStyle();
      for (OutletRow row : rows) {
        String mark = row.delivered() ? style.green("ok    ") : style.red("failed");
        screen.print(
            List.of(
                mark
                    + "  "
                    + row.outlet()
                    + " ("
                    + row.target()
                    + "): "
                    + Printable.of(row.answer(), 200)));
      }
    }
    return rows.stream().allMatch(OutletRow::delivered) ? ExitCode.DONE : ExitCode.FAILED;
  }
}
