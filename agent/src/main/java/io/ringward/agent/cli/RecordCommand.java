/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.config.AgentConfiguration;
import io.ringward.agent.config.Mode;
import io.ringward.agent.config.SettingTable;
import io.ringward.agent.config.Settings;
import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.RecordingRequest;
import io.ringward.agent.control.RecordingRow;
import io.ringward.agent.host.Preconditions;
import io.ringward.agent.incident.IncidentOutlet;
import io.ringward.agent.run.AgentLog;
import io.ringward.agent.run.Guardian;
import io.ringward.agent.run.GuardianException;
import io.ringward.agent.run.StopRequest;
import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.SizeText;
import io.ringward.jobs.recording.RecordingLimits;
import io.ringward.kernel.Incident;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Records what the loop takes in and knows, by the running agent or by one of its own. */
@Command(
    name = "record",
    header = "Record what the loop sees and knows, to be replayed under other rules.",
    description = {
      "",
      "The running agent writes the file; when none runs, one is started in mode shadow for as long.",
      "The file holds kernel events, counters, what operators asked for, and what the loop knew when",
      "it began: processes, learned models, verdicts. Only root can read it: command lines are in it.",
      "It is whole up to the last second at any time, also when the agent is killed.",
      "",
      "Ctrl-C, --for or --max-size end it. The settings of 'ringward up' are taken as well: those of",
      "an agent of its own, and where the running one is."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward record /var/lib/ringward/today.rwrec --for 10m",
      "  ringward record --stop",
      "  ringward replay /var/lib/ringward/today.rwrec --rules new.yaml"
    })
final class RecordCommand implements Callable<Integer> {
  private static final String USUAL = "256MiB";

  private final Screen screen;

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file to make.")
  private Path file;

  @Option(names = "--for", paramLabel = "DURATION", description = "End by itself after this long.")
  private String duration;

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      description = "The file never grows beyond (default: " + USUAL + ").")
  private String size = USUAL;

  @Option(names = "--force", description = "Replace a plain file that is there.")
  private boolean force;

  @Option(names = "--stop", description = "End the recording that the running agent makes.")
  private boolean stop;

  @Option(names = "--status", description = "Say how the recording of the running agent stands.")
  private boolean status;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A YAML configuration (default: /etc/ringward/ringward.yaml, if it is there).")
  private Path config;

  private RecordCommand(Screen screen) {
    this.screen = screen;
  }

  static CommandLine commandLine(Screen screen) {
    CommandLine line = new CommandLine(new RecordCommand(screen));
    SettingOptions.addHidden(line.getCommandSpec());
    return line;
  }

  /** Who records. */
  private interface Recorder {
    RecordingRow show() throws ControlException;

    RecordingRow stop() throws ControlException;
  }

  @Override
  public Integer call() throws InterruptedException {
    Settings flags = SettingOptions.read(spec.commandLine().getParseResult());
    AgentConfiguration configuration =
        AgentConfiguration.of(
            new Settings.Builder()
                .set(SettingTable.MODE, Mode.SHADOW)
                .build()
                .over(flags.over(UpCommand.fromFile(config))));
    RecordingRequest request = stop || status ? null : request();
    ControlClient client;
    try {
      client = ControlClient.connect(configuration.runtimeDirectory());
    } catch (ControlException e) {
      if (stop || status || e.code() != ControlException.Code.NO_AGENT) {
        throw CommandFailure.of(e);
      }
      return ownAgent(configuration, request);
    }
    try (ControlClient agent = client) {
      if (stop) {
        return end(agent.stopRecording());
      }
      if (status) {
        RecordingRow row = agent.recording();
        say((row.running() ? "recording to " : "last recording: ") + row.file());
        return end(row);
      }
      agent.startRecording(request);
      say("The running agent records to " + request.file() + ". Ctrl-C ends it.");
      return follow(
          StopRequest.onSignals(name -> {}),
          new CompletableFuture<>(),
          new Recorder() {
            @Override
            public RecordingRow show() throws ControlException {
              return agent.recording();
            }

            @Override
            public RecordingRow stop() throws ControlException {
              return agent.stopRecording();
            }
          });
    } catch (ControlException e) {
      throw CommandFailure.of(e);
    } catch (GuardianException e) {
      throw UpCommand.failure(e);
    }
  }

  private RecordingRequest request() {
    if (file == null) {
      throw new ParameterException(spec.commandLine(), "name the file to record to");
    }
    try {
      return new RecordingRequest(
          file.toAbsolutePath().normalize().toString(),
          duration == null ? 0 : DurationText.parse(duration).toNanos(),
          new RecordingLimits(Optional.empty(), SizeText.parse(size)).bytes(),
          force);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private int ownAgent(AgentConfiguration configuration, RecordingRequest request)
      throws InterruptedException {
    boolean verbose = spec.parent().findOption("--verbose").getValue();
    AgentLog.configure(configuration.logLevel(), verbose);
    var rules = UpCommand.rules(configuration);
    Preconditions.missing()
        .ifPresent(missing -> {
          throw new CommandFailure(ExitCode.NOT_PERMITTED, missing);
        });
    say("No agent runs: one is started in mode shadow …");
    StopRequest signals = StopRequest.onSignals(name -> {});
    try (Guardian guardian =
        Guardian.start(configuration, rules, json -> new NoOutlet(), Version.current())) {
      guardian.awaitFirstBeat(Duration.ofSeconds(30));
      guardian.recordings().start(request);
      say("Recording to " + request.file() + ". Ctrl-C ends it.");
      return follow(
          signals,
          guardian.ended(),
          new Recorder() {
            @Override
            public RecordingRow show() throws ControlException {
              return guardian.recordings().show();
            }

            @Override
            public RecordingRow stop() throws ControlException {
              return guardian.recordings().stop();
            }
          });
    } catch (GuardianException e) {
      throw UpCommand.failure(e);
    } catch (ControlException e) {
      throw CommandFailure.of(e);
    }
  }

  /** Waits until the recording has ended, by itself or since somebody wants it. */
  private int follow(StopRequest signals, CompletableFuture<Void> loopEnded, Recorder recorder)
      throws InterruptedException, GuardianException, ControlException {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    loopEnded.whenComplete((nothing, failure) -> ended.complete(null));
    signals.await(ended, Optional.empty(), () -> look(recorder, ended));
    RecordingRow last = recorder.show();
    return end(last.running() ? recorder.stop() : last);
  }

  private void look(Recorder recorder, CompletableFuture<Void> ended) {
    try {
      RecordingRow row = recorder.show();
      if (!row.running()) {
        ended.complete(null);
      } else if (screen.errStyle().terminal()) {
        screen.err().print("\r" + brief(row) + "  ");
        screen.err().flush();
      }
    } catch (ControlException e) {
      ended.complete(null); // The agent is gone; asking again says so.
    }
  }

  private int end(RecordingRow row) {
    say((screen.errStyle().terminal() ? "\r" : "") + brief(row) + "  ");
    long items = row.bytes() - row.stateBytes();
    say(
        String.format(
            Locale.ROOT,
            "%s: %,d bytes, of which %,d are what the loop knew when it began; %.1f bytes an event.",
            row.file(),
            row.bytes(),
            row.stateBytes(),
            row.events() == 0 ? 0.0 : (double) items / row.events()));
    if (row.gaps() > 0 || row.lost() > 0) {
      say(
          screen
              .errStyle()
              .red(
                  row.lost()
                      + " items are missing in "
                      + row.gaps()
                      + " gaps: they came faster than they could be written"));
    }
    if (!row.why().isEmpty()) {
      say("It ended by itself: " + row.why() + ".");
    }
    return ExitCode.DONE;
  }

  private static String brief(RecordingRow row) {
    return String.format(
        Locale.ROOT,
        "recorded %,d events and %,d other items in %s, %,d KiB",
        row.events(),
        row.items() - row.events(),
        DurationText.of(Duration.ofSeconds(row.nanos() / 1_000_000_000)),
        row.bytes() / 1024);
  }

  private void say(String line) {
    screen.err().println(line);
    screen.err().flush();
  }

  /** Incidents are in the recording: who wants to see them replays it. */
  private static final class NoOutlet implements IncidentOutlet {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public String write(Incident incident) {
      return "nothing to tell";
    }

    @Override
    public void close() {}
  }
}
