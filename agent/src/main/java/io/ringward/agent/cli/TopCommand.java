/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.TopPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows who is active and how it is judged, by suspicion. */
@Command(
    name = "top",
    header = "Show live processes and cgroups by suspicion, until q or Ctrl-C.",
    description = {
      "",
      "For each process that was judged within the last minute: how suspicious it is (what its",
      "program's model says of its last second, or what a rule or detector found about it), its",
      "events a second with those of its short-lived descendants, and how long it waited for a",
      "processor. Keys: s score, e events, w wait, c cpu, q quit. Where the output is no",
      "terminal, one page is printed."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward top",
      "  ringward top --once --sort events",
      "  ringward top --json | jq '.processes[] | select(.score >= 0.5)'"
    })
final class TopCommand implements Callable<Integer> {
  private static final long PERIOD_MILLIS = 1000;
  private static final long KEY_MILLIS = 50;

  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @Option(names = "--once", description = "One page, and no more.")
  private boolean once;

  @Option(
      names = "--sort",
      paramLabel = "BY",
      description = "score (the default), events, wait or cpu.")
  private TopView.Order order = TopView.Order.SCORE;

  @Option(names = "--json", description = "One page as a JSON object.")
  private boolean json;

  TopCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (json || once || !screen.outStyle().terminal()) {
      TopPage page = agent.ask(ControlClient::top);
      if (json) {
        JsonLines.print(screen, List.of(inOrder(page)));
      } else {
        screen.print(new TopView(screen.outStyle(), order).lines(page, Integer.MAX_VALUE));
      }
      return ExitCode.DONE;
    }
    agent.ask(ControlClient::status); // Before the terminal is taken over: is anybody there?
    try (FullScreen full = FullScreen.open(screen.out())) {
      watch(full);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "this terminal cannot be drawn on (" + e.getMessage() + "): use 'ringward top --once'",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.DONE;
  }

  private TopPage inOrder(TopPage page) {
    TopView view = new TopView(screen.outStyle(), order);
    return new TopPage(
        page.status(), view.processesInOrder(page), view.groupsInOrder(page), page.verdicts());
  }

  private void watch(FullScreen full) throws IOException, InterruptedException {
    while (true) {
      TopPage page = agent.ask(ControlClient::top);
      int[] size = full.size();
      List<String> lines = new ArrayList<>();
      for (String line : new TopView(screen.outStyle(), order).lines(page, size[0])) {
        lines.add(cut(line, size[1]));
      }
      full.draw(lines, size[0]);
      long drawn = System.nanoTime();
      boolean again = false;
      while (!again && System.nanoTime() - drawn < PERIOD_MILLIS * 1_000_000) {
        switch (full.key()) {
          case 'q', 'Q' -> {
            return;
          }
          case 's' -> again = sort(TopView.Order.SCORE);
          case 'e' -> again = sort(TopView.Order.EVENTS);
          case 'w' -> again = sort(TopView.Order.WAIT);
          case 'c' -> again = sort(TopView.Order.CPU);
          default -> Thread.sleep(KEY_MILLIS);
        }
      }
    }
  }

  private boolean sort(TopView.Order by) {
    order = by;
    return true;
  }

  /** Cuts a line to a width; control sequences take no room. */
  static String cut(String line, int width) {
    StringBuilder out = new StringBuilder();
    int shown = 0;
    boolean sequence = false;
    for (int at = 0; at < line.length(); at += Character.charCount(line.codePointAt(at))) {
      int codePoint = line.codePointAt(at);
      if (codePoint == 0x1b) {
        sequence = true;
      }
      if (sequence) {
        out.appendCodePoint(codePoint);
        sequence = codePoint != 'm';
      } else if (shown < width) {
        out.appendCodePoint(codePoint);
        shown++;
      }
    }
    return out.toString();
  }
}
