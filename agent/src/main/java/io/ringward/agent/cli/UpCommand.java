/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.config.AgentConfiguration;
import io.ringward.agent.config.ConfigurationException;
import io.ringward.agent.config.ConfigurationFile;
import io.ringward.agent.config.Settings;
import io.ringward.agent.host.Preconditions;
import io.ringward.agent.incident.BootClock;
import io.ringward.agent.incident.IncidentFormat;
import io.ringward.agent.incident.IncidentOutlet;
import io.ringward.agent.incident.JsonStreamOutlet;
import io.ringward.agent.incident.TerminalOutlet;
import io.ringward.agent.rule.RuleFiles;
import io.ringward.agent.run.AgentLog;
import io.ringward.agent.run.Guardian;
import io.ringward.agent.run.GuardianException;
import io.ringward.agent.run.StopRequest;
import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.Printable;
import io.ringward.rules.problem.RuleException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the guardian until it is told to stop. */
@Command(
    name = "up",
    header = "Guard this machine, in the foreground, until Ctrl-C or SIGTERM.",
    description = {
      "",
      "Attaches the eBPF programs, runs the loop (rules, learned models, decisions) and serves",
      "metrics. In mode shadow, the default, everything is computed, counted and reported as it would",
      "be, and nothing is refused. Incidents go to standard output: for people on a terminal, else as",
      "JSON lines. Every setting stands in a YAML file as well, under the name in brackets; a flag",
      "overrides the file. SIGHUP reads the rule files again, and opens the incidents file anew.",
      "",
      "Nothing stays enforced when the agent ends, however it ends; while it hangs, the kernel obeys",
      "its verdicts for 3 s at most."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringward up",
      "  ringward up --mode enforce --rules my-rules.yaml --incidents-file /var/log/incidents.jsonl",
      "  ringward up --config ringward.yaml --for 10m | jq .summary",
      "",
      "A configuration file:",
      "  mode: enforce",
      "  rules:",
      "    files: [/etc/ringward/rules.yaml]",
      "  metrics:",
      "    address: 127.0.0.1:9465",
      "  protect:",
      "    programs: [/usr/bin/postgres]"
    })
final class UpCommand implements Callable<Integer> {
  private final Screen screen;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A YAML configuration (default: /etc/ringward/ringward.yaml, if it is there).")
  private Path file;

  @Option(names = "--json", description = "Incidents as JSON lines also on a terminal.")
  private boolean json;

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      description = "Stop by itself after this long: 30s, 10m.")
  private String duration;

  private UpCommand(Screen screen) {
    this.screen = screen;
  }

  static CommandLine commandLine(Screen screen) {
    CommandLine line = new CommandLine(new UpCommand(screen));
    SettingOptions.addTo(line.getCommandSpec());
    return line;
  }

  @Override
  public Integer call() throws InterruptedException {
    Settings flags = SettingOptions.read(spec.commandLine().getParseResult());
    Optional<Duration> limit = limit();
    AgentConfiguration configuration = AgentConfiguration.of(flags.over(fromFile(file)));
    boolean verbose = spec.parent().findOption("--verbose").getValue();
    AgentLog.configure(configuration.logLevel(), verbose);
    RuleFiles.Checked rules = rules(configuration);
    Preconditions.missing()
        .ifPresent(missing -> {
          throw new CommandFailure(ExitCode.NOT_PERMITTED, missing);
        });
    Banner banner = new Banner(screen, configuration);
    StopRequest stop = StopRequest.onSignals(banner::stopping);
    banner.starting();
    try (Guardian guardian =
        Guardian.start(configuration, rules, this::standardOutput, Version.current())) {
      stop.onHangUp(() -> {
        guardian.reopenOutlets();
        banner.reloaded(guardian);
      });
      if (!stop.isRequested()) {
        banner.up(guardian, rules);
      }
      stop.await(guardian.ended(), limit, () -> banner.learned(guardian.models()))
          .ifPresent(banner::stopping);
    } catch (GuardianException e) {
      throw failure(e);
    }
    banner.stopped();
    return ExitCode.DONE;
  }

  private Optional<Duration> limit() {
    try {
      return Optional.ofNullable(duration).map(DurationText::parse);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--for: " + e.getMessage());
    }
  }

  /** What the configuration file says, or the usual one when none was named. */
  static Settings fromFile(Path file) {
    Path read = file == null ? AgentConfiguration.DEFAULT_FILE : file;
    if (file == null && Files.notExists(read)) {
      return Settings.NONE;
    }
    try {
      return ConfigurationFile.read(read);
    } catch (ConfigurationException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "the configuration cannot be used:\n" + Printable.lines(e.getMessage()),
          e);
    }
  }

  /** The rules of a configuration, checked. */
  static RuleFiles.Checked rules(AgentConfiguration configuration) {
    try {
      return new RuleFiles(configuration.starterRules(), configuration.ruleFiles()).read();
    } catch (RuleException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "the rules cannot be used:\n" + Printable.lines(e.getMessage()), e);
    }
  }

  private IncidentOutlet standardOutput(IncidentFormat format) {
    OutputStream stream = new FileOutputStream(FileDescriptor.out);
    return json || !screen.outStyle().terminal()
        ? new JsonStreamOutlet(stream, format)
        : new TerminalOutlet(
            stream, screen.outStyle(), new BootClock(io.ringward.bpf.BootClock::nanos));
  }

  static CommandFailure failure(GuardianException e) {
    int exitCode =
        switch (e.reason()) {
          case ALREADY_RUNNING -> ExitCode.ALREADY_RUNNING;
          case NOT_PERMITTED -> ExitCode.NOT_PERMITTED;
          case FAILED -> ExitCode.FAILED;
        };
    return new CommandFailure(exitCode, e.getMessage(), e);
  }
}
