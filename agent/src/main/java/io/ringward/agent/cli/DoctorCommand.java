/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.config.AgentConfiguration;
import io.ringward.agent.config.LogLevel;
import io.ringward.agent.control.AgentStatus;
import io.ringward.agent.control.CapabilityRow;
import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.DecisionReport;
import io.ringward.agent.control.OutletRow;
import io.ringward.agent.host.Preconditions;
import io.ringward.agent.run.AgentLog;
import io.ringward.agent.run.GuardianException;
import io.ringward.agent.run.KernelSide;
import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import io.ringward.bpf.FeatureProbe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what this machine allows, and what would lift it. */
@Command(
    name = "doctor",
    header = "Show each capability, the rung in force, and what would lift it.",
    description = {
      "",
      "A rung counts when it was loaded, attached and seen to fire. With an agent running, that agent",
      "is asked and nothing is touched. Without one, the programs are loaded in shadow mode, fired by",
      "operations of the doctor's own, and unloaded: nothing is refused and nothing stays."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {"  ringward doctor", "  ringward doctor --json | jq 'select(.level != \"best\")'"})
final class DoctorCommand implements Callable<Integer> {
  private static final int LEVEL_WIDTH = 5;

  private final Screen screen;

  @Mixin private RuntimeDirectoryOption agent;

  @Option(names = "--json", description = "One JSON object a line, one for each capability.")
  private boolean json;

  DoctorCommand(Screen screen) {
    this.screen = screen;
  }

  /** What was found out, and from whom. */
  private record Findings(
      Optional<AgentStatus> running,
      List<CapabilityRow> capabilities,
      Optional<DecisionReport> decisions,
      List<OutletRow> outlets) {}

  /** A feature of the kernel as JSON shows it. */
  private record FeatureRow(String feature, boolean available, String detail, String lift) {}

  @Override
  public Integer call() {
    AgentLog.configure(LogLevel.ERROR, false);
    Findings findings = askAgent().orElseGet(this::examine);
    List<FeatureRow> features =
        FeatureProbe.run().features().stream()
            .map(feature ->
                new FeatureRow(
                    feature.name().description(),
                    feature.available(),
                    feature.reason(),
                    feature.whatWouldLiftIt()))
            .toList();
    if (json) {
      JsonLines.print(screen, findings.capabilities());
      findings.decisions().ifPresent(report -> JsonLines.print(screen, List.of(report)));
      JsonLines.print(screen, findings.outlets());
      JsonLines.print(screen, features);
    } else {
      show(findings);
      findings.decisions().ifPresent(this::showDecisions);
      showOutlets(findings.outlets());
      showKernel(features);
    }
    return ExitCode.DONE;
  }

  private Optional<Findings> askAgent() {
    try (ControlClient client = ControlClient.connect(agent.directory())) {
      return Optional.of(
          new Findings(
              Optional.of(client.status()),
              client.capabilities(),
              Optional.of(client.decisions()),
              client.outlets()));
    } catch (ControlException e) {
      if (e.code() == ControlException.Code.NO_AGENT) {
        return Optional.empty();
      }
      throw CommandFailure.of(e);
    }
  }

  private Findings examine() {
    Preconditions.missing()
        .ifPresent(missing -> {
          throw new CommandFailure(ExitCode.NOT_PERMITTED, missing);
        });
    try {
      return new Findings(
          Optional.empty(), KernelSide.examine(agent.directory()), Optional.empty(), List.of());
    } catch (GuardianException e) {
      int exitCode =
          e.reason() == GuardianException.Reason.ALREADY_RUNNING
              ? ExitCode.ALREADY_RUNNING
              : ExitCode.NOT_PERMITTED;
      throw new CommandFailure(exitCode, e.getMessage(), e);
    }
  }

  private void show(Findings findings) {
    Style style = screen.outStyle();
    screen.print(List.of(headline(findings), ""));
    int width =
        findings.capabilities().stream().mapToInt(row -> row.capability().length()).max().orElse(0);
    int rungWidth =
        findings.capabilities().stream().mapToInt(row -> row.rung().length()).max().orElse(0);
    for (CapabilityRow row : findings.capabilities()) {
      screen.print(
          List.of(
              mark(row, style)
                  + " "
                  + style.bold(pad(row.capability(), width))
                  + "  "
                  + pad(row.rung(), rungWidth)
                  + "  "
                  + row.detail()));
      if (!row.lift().isEmpty()) {
        screen.print(
            List.of(
                " ".repeat(LEVEL_WIDTH + 1 + width + 2 + rungWidth + 2)
                    + style.dim("lifted by: " + row.lift())));
      }
    }
  }

  private void showOutlets(List<OutletRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    Style style = screen.outStyle();
    screen.print(List.of("", style.bold("Incidents go to:")));
    for (OutletRow row : rows) {
      String losses =
          row.lost().isEmpty()
              ? ""
              : ", given up: "
                  + row.lost().entrySet().stream()
                      .map(entry -> entry.getValue() + " " + entry.getKey())
                      .sorted()
                      .collect(Collectors.joining(", "));
      boolean well = row.lost().isEmpty() && row.waiting() == 0;
      String mark = pad(well ? "best" : "lower", LEVEL_WIDTH);
      screen.print(
          List.of(
              (well ? style.green(mark) : style.yellow(mark))
                  + " "
                  + row.outlet()
                  + " ("
                  + row.target()
                  + "): "
                  + row.emitted()
                  + " delivered, "
                  + row.waiting()
                  + " wait"
                  + losses));
      if (!row.lastError().isEmpty()) {
        screen.print(
            List.of(
                style.dim(
                    "      "
                        + DurationText.of(Duration.ofNanos(row.lastErrorNanos()))
                        + " ago: "
                        + Printable.of(row.lastError(), 160)
                        + " ('ringward incidents test' tries it now)")));
      }
    }
  }

  private void showDecisions(DecisionReport report) {
    Style style = screen.outStyle();
    screen.print(List.of("", style.bold("Detectors:")));
    String loss =
        report.degraded()
            ? style.yellow("lower")
                + " degraded: the kernel is losing events, findings say so and models learn nothing"
                + " (larger rings: --activity-ring, --lifecycle-ring)"
            : style.green("best ") + " no events are being lost";
    screen.print(List.of(loss));
    for (DecisionReport.Stopped one : report.stopped()) {
      String until =
          one.untilNanos() == 0
              ? "until an operator arms it"
              : "for " + DurationText.of(Duration.ofNanos(one.untilNanos())) + " more at least";
      screen.print(
          List.of(
              style.red("none ")
                  + " "
                  + one.source()
                  + " "
                  + Printable.of(one.detector(), 80)
                  + " is "
                  + one.state()
                  + " "
                  + until
                  + ": it hit "
                  + one.hits()
                  + " distinct process trees or cgroups at once, its findings only alert",
              style.dim(
                  "      lifted by: ringward rules rearm \""
                      + Printable.of(one.detector(), 80)
                      + "\"")));
    }
    if (report.stopped().isEmpty()) {
      screen.print(List.of(style.green("best ") + " every rule and model is armed"));
    }
    if (!report.leanings().isEmpty()) {
      screen.print(
          List.of(
              "      feedback on "
                  + report.leanings().size()
                  + " pairs of a detector and a program: ringward verdicts feedback"));
    }
  }

  private void showKernel(List<FeatureRow> features) {
    Style style = screen.outStyle();
    screen.print(List.of("", style.bold("What this kernel has, found out by trying it:")));
    int width = features.stream().mapToInt(row -> row.feature().length()).max().orElse(0);
    for (FeatureRow row : features) {
      String mark = pad(row.available() ? "yes" : "no", LEVEL_WIDTH);
      screen.print(
          List.of(
              (row.available() ? style.green(mark) : style.red(mark))
                  + " "
                  + pad(row.feature(), width)
                  + "  "
                  + Printable.of(row.detail(), 160)));
      if (!row.lift().isEmpty()) {
        screen.print(
            List.of(" ".repeat(LEVEL_WIDTH + width + 3) + style.dim("lifted by: " + row.lift())));
      }
    }
  }

  private static String mark(CapabilityRow row, Style style) {
    String level = pad(row.level(), LEVEL_WIDTH);
    return switch (row.level()) {
      case "best" -> style.green(level);
      case "none" -> style.red(level);
      default -> style.yellow(level);
    };
  }

  private String headline(Findings findings) {
    String kernel = "Linux " + System.getProperty("os.version");
    Path directory = agent.directory();
    return findings
        .running()
        .map(status ->
            kernel
                + ", guarded by process "
                + status.pid()
                + " (ringward "
                + status.version()
                + ", mode "
                + status.mode()
                + ", up for "
                + DurationText.of(Duration.ofNanos(status.uptimeNanos()))
                + ", heartbeat "
                + DurationText.of(Duration.ofNanos(status.heartbeatAgeNanos()))
                + " ago, metrics at "
                + status.metricsAddress()
                + ")")
        .orElse(
            kernel
                + ", not guarded"
                + (directory.equals(AgentConfiguration.DEFAULT_RUNTIME_DIRECTORY)
                    ? ""
                    : " (no agent at " + directory + ")")
                + ": the programs were loaded, fired and unloaded again");
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
