/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.demo.Demo;
import io.ringward.agent.demo.DemoException;
import io.ringward.agent.host.Preconditions;
import io.ringward.agent.text.Style;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells the story of the loop on this very machine. */
@Command(
    name = "demo",
    header = "Show the loop at work on this machine, in about a minute.",
    description = {
      "",
      "Starts an agent of its own, which enforces in a control group of its own and nowhere else, and",
      "lets harmless processes of its own misbehave there, on loopback: a port scanner, a fork storm,",
      "a program that behaves unlike its past, and one that a rule forbids something. Shows each one",
      "seen, judged, refused by the kernel, and released. Runs beside an agent that guards the",
      "machine. Leaves nothing behind, also when Ctrl-C ends it. Ends with 1 when something did not",
      "happen as told."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {"  ringward demo", "  ringward demo --fast --no-colour | tee demo.txt"})
final class DemoCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(names = "--fast", description = "Without pauses for reading.")
  private boolean fast;

  @Option(
      names = {"--no-colour", "--no-color"},
      description = "Plain text also on a terminal.")
  private boolean plain;

  DemoCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws InterruptedException {
    Preconditions.missing()
        .ifPresent(missing -> {
          throw new CommandFailure(ExitCode.NOT_PERMITTED, missing);
        });
    Demo demo = new Demo(screen.out(), plain ? Style.PLAIN : screen.outStyle(), fast);
    Thread interrupted = new Thread(demo::close, "demo-end");
    Runtime.getRuntime().addShutdownHook(interrupted);
    boolean asTold;
    try {
      asTold = demo.play();
    } catch (DemoException e) {
      if (demo.isClosed()) {
        return ExitCode.FAILED; // Ctrl-C: the end of the agent is no news.
      }
      throw new CommandFailure(ExitCode.FAILED, e.getMessage(), e);
    } finally {
      demo.close();
    }
    Runtime.getRuntime().removeShutdownHook(interrupted);
    if (!asTold) {
      screen.print(List.of("Not everything happened as told: the lines with ✗ say what."));
    }
    return asTold ? ExitCode.DONE : ExitCode.FAILED;
  }
}
