/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.config.LogLevel;
import io.ringward.agent.config.Mode;
import io.ringward.agent.host.HostName;
import io.ringward.agent.incident.IncidentJson;
import io.ringward.agent.incident.IncidentOutlet;
import io.ringward.agent.incident.JsonStreamOutlet;
import io.ringward.agent.incident.TerminalOutlet;
import io.ringward.agent.replay.Replay;
import io.ringward.agent.replay.ReplaySummary;
import io.ringward.agent.rule.RuleFiles;
import io.ringward.agent.run.AgentLog;
import io.ringward.agent.run.StopRequest;
import io.ringward.agent.text.Printable;
import io.ringward.jobs.HostJobException;
import io.ringward.jobs.recording.RecordingHeader;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.rules.problem.RuleException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the loop on a recording in the place of the kernel. */
@Command(
    name = "replay",
    header = "Run the loop on a recording: what was found, or what other rules would have found.",
    description = {
      "",
      "The very same loop on a file in the place of the kernel, as fast as it can, by the times of",
      "the recording alone. It needs no root and acts on nothing. As it was recorded it comes to the",
      "same findings, verdicts and incidents as the live run did; with other rules or in another mode",
      "it says what those would have found and refused.",
      "",
      "Incidents go to standard output: for people on a terminal, else as JSON lines; the summary to",
      "standard error. A damaged file is used up to the damage, which is said; the exit code is 1."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward replay /tmp/yesterday.rwrec",
      "  ringward replay /tmp/yesterday.rwrec --no-starter-rules --rules new.yaml --mode enforce",
      "  ringward replay /tmp/yesterday.rwrec --json | jq .summary"
    })
final class ReplayCommand implements Callable<Integer> {
  private final Screen screen;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A recording of 'ringward record'.")
  private Path file;

  @Option(
      names = "--rules",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Rule files in the place of the recorded rules, after the starter rules.")
  private List<Path> rules;

  @Option(
      names = "--no-starter-rules",
      negatable = true,
      defaultValue = Option.NULL_VALUE,
      description = "Without, or with, the rules that ship with Ringward.")
  private Boolean starterRules;

  @Option(names = "--mode", paramLabel = "MODE", description = "As if in shadow or in enforce.")
  private Mode mode;

  @Option(names = "--json", description = "Incidents as JSON lines also on a terminal.")
  private boolean json;

  ReplayCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws InterruptedException {
    AgentLog.configure(LogLevel.WARNING, spec.parent().findOption("--verbose").getValue());
    Optional<List<RuleText>> others = rules();
    StopRequest stop = StopRequest.onSignals(name -> say("stopping: " + name));
    OutputStream stream = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
    ReplaySummary summary;
    try (Replay replay = Replay.open(file, others, Optional.ofNullable(mode))) {
      say(describe(replay.header(), replay.mode(), others.isPresent()));
      summary = replay.run(outlet(replay, stream), stop.requested());
      stream.flush();
    } catch (IOException | HostJobException e) {
      throw new CommandFailure(ExitCode.FAILED, Printable.lines(e.getMessage()), e);
    }
    summary.lines(screen.errStyle()).forEach(this::say);
    return summary.damage().isPresent() ? ExitCode.FAILED : ExitCode.DONE;
  }

  /** The rules to go by, when they are not the recorded ones. */
  private Optional<List<RuleText>> rules() {
    if (rules == null && starterRules == null) {
      return Optional.empty();
    }
    boolean starter = starterRules == null || starterRules;
    try {
      return Optional.of(new RuleFiles(starter, rules == null ? List.of() : rules).read().texts());
    } catch (RuleException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "the rules cannot be used:\n" + Printable.lines(e.getMessage()), e);
    }
  }

  private IncidentOutlet outlet(Replay replay, OutputStream stream) {
    return json || !screen.outStyle().terminal()
        ? new JsonStreamOutlet(
            stream,
            new IncidentJson(replay.mode(), replay.clock(), replay::groupName, HostName.get()))
        : new TerminalOutlet(stream, screen.outStyle(), replay.clock());
  }

  private static String describe(RecordingHeader header, Mode mode, boolean otherRules) {
    return "Recorded by Ringward "
        + Printable.lines(header.version())
        + " on "
        + Printable.lines(header.host())
        + " from "
        + Instant.EPOCH.plusNanos(header.startedEpochNanos()).toString().substring(0, 19)
        + "Z on; replayed under "
        + (otherRules ? "other rules" : "the recorded rules")
        + " in mode "
        + mode.label()
        + ".";
  }

  private void say(String line) {
    screen.err().println(line);
    screen.err().flush();
  }
}
