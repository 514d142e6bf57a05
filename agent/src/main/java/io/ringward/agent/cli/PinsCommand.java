/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.loader.HostKernelException;
import io.ringward.loader.LeftPins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an agent has left pinned in the kernel. */
@Command(
    name = "pins",
    header = "Show what persists in the kernel without an agent, or remove it.",
    description = {
      "",
      "A verdict or rule that says 'persist' stays enforced until its expiry when the agent is gone:",
      "its links and maps are pinned in the BPF file system meanwhile. The next start adopts them.",
      "--remove ends all of it at once; while an agent runs, release its verdicts instead."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {"  ringward pins", "  ringward pins --remove"})
final class PinsCommand implements Callable<Integer> {
  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @Option(names = "--remove", description = "Remove all pins: nothing persists from then on.")
  private boolean remove;

  PinsCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    try {
      if (remove) {
        int removed = LeftPins.remove(agent.directory());
        screen.print(
            List.of(
                removed == 0
                    ? "Nothing was pinned."
                    : removed + " pins removed: nothing persists any more."));
        return ExitCode.DONE;
      }
      List<Path> pins = LeftPins.list(agent.directory());
      screen.print(
          pins.isEmpty()
              ? List.of("Nothing is pinned.")
              : pins.stream().map(Path::toString).toList());
      return ExitCode.DONE;
    } catch (IOException | HostKernelException e) {
      throw new CommandFailure(ExitCode.FAILED, e.getMessage(), e);
    }
  }
}
