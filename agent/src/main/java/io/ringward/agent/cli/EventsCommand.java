/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.EventBatch;
import io.ringward.agent.control.EventRow;
import io.ringward.agent.text.DurationText;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows what the running agent sees, as it sees it. */
@Command(
    name = "events",
    header = "Show live events of the running agent, until Ctrl-C.",
    description = {
      "",
      "The condition is one of the rule language, tested in the agent, after its process table: ",
      "ancestors are known, and the macros and lists of the rules in force may be named. Nothing of",
      "this slows the loop: what is shown too slowly is counted and said. Of connects and binds, what",
      "the kernel answered is shown when it was a refusal."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward events",
      "  ringward events --where 'evt.type = connect and not fd.rnet in (\"127.0.0.0/8\")'",
      "  ringward events --where 'spawned_process and proc.aname = sshd' --json | jq .command",
      "  ringward events --where 'proc.exepath glob \"/tmp/*\"' --count 1 --for 10m"
    })
final class EventsCommand implements Callable<Integer> {
  private final Screen screen;

  @Spec private CommandSpec spec;
  @Mixin private RuntimeDirectoryOption agent;

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "Only events that it holds for, such as 'proc.name = curl'.")
  private String where = "";

  @Option(names = "--count", paramLabel = "N", description = "End after so many events.")
  private long count = Long.MAX_VALUE;

  @Option(names = "--for", paramLabel = "DURATION", description = "End after this long: 10s, 5m.")
  private String duration;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  private long shown;

  EventsCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (count < 1) {
      throw new ParameterException(spec.commandLine(), "--count: at least 1, not " + count);
    }
    long patience = patienceNanos();
    agent.ask(client -> {
      client.listen(where);
      show(client, patience);
      return null;
    });
    return ExitCode.DONE;
  }

  private long patienceNanos() {
    try {
      return duration == null ? Long.MAX_VALUE : DurationText.parse(duration).toNanos();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--for: " + e.getMessage());
    }
  }

  private void show(ControlClient client, long patienceNanos) throws ControlException {
    EventLine line = new EventLine(screen.outStyle());
    if (!json) {
      screen.print(List.of(line.header()));
    }
    long started = System.nanoTime();
    long missed = 0;
    while (shown < count && System.nanoTime() - started < patienceNanos) {
      EventBatch batch = client.nextEvents();
      List<EventRow> rows = batch.events().stream().limit(Math.max(0, count - shown)).toList();
      if (json) {
        JsonLines.print(screen, rows);
      } else {
        screen.print(rows.stream().map(line::of).toList());
      }
      shown += rows.size();
      missed += batch.missed();
      if (batch.missed() > 0) {
        say("… " + batch.missed() + " events not shown: they came faster than they could be");
      }
      if (screen.out().checkError()) {
        return; // Whoever read this has gone: head, for example.
      }
    }
    if (missed > 0) {
      say(missed + " events not shown in all; a narrower --where shows all that it asks for");
    }
  }

  // Not among the events: a reader of JSON lines has to be able to rely on them.
  private void say(String text) {
    screen.err().println(screen.errStyle().dim(text));
    screen.err().flush();
  }
}
