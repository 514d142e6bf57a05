/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** The launcher script runs the tests; here is only said so. */
@Command(
    name = "test",
    header = "Run the whole test suite (from a source checkout, by the launcher script).",
    description = {
      "",
      "The ./ringward script of a source checkout builds Ringward and runs all tests, those on the",
      "real kernel as root. The installed program has no tests to run."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = "  ./ringward test")
final class TestCommand implements Callable<Integer> {
  @Unmatched private List<String> ignored = new ArrayList<>();

  @Override
  public Integer call() {
    throw new CommandFailure(
        ExitCode.USAGE,
        "tests are run by the launcher script of a source checkout: ./ringward test"
            + (ignored.isEmpty() ? "" : " " + String.join(" ", ignored)));
  }
}
