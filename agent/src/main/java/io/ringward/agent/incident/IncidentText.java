/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import io.ringward.kernel.FeatureContribution;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.RateText;
import io.ringward.kernel.Verdict;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An incident in a few lines for a terminal. Names and arguments cannot steer it. */
final class IncidentText {
  private static final int MOST_COLUMNS = 160;
  private static final int MOST_FEATURES = 4;
  private static final int MOST_ANCESTORS = 6;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

  private final Style style;
  private final BootClock clock;

  IncidentText(Style style, BootClock clock) {
    this.style = style;
    this.clock = clock;
  }

  /** Everything that a person needs to judge it, and how to undo what was done. */
  String full(Incident incident) {
    Finding finding = incident.finding();
    StringBuilder out = new StringBuilder(512);
    out.append(headline(incident)).append('\n');
    line(out, "process", describe(finding.process()));
    if (!incident.ancestry().isEmpty()) {
      line(out, "from", ancestry(incident.ancestry()));
    }
    if (!finding.drivers().isEmpty()) {
      line(out, "because", drivers(finding));
    }
    if (finding.degraded()) {
      line(out, "degraded", "events were being lost: there may have been more than this");
    }
    out.append(decision(incident));
    return out.append('\n').toString();
  }

  /** What is new about an incident that was shown before. */
  String repeat(Incident incident) {
    return headline(incident)
        + style.dim("  (" + incident.count() + " times since " + time(incident.firstNanos()) + ")")
        + "\n"
        + decision(incident)
        + "\n";
  }

  private String headline(Incident incident) {
    Finding finding = incident.finding();
    return style.dim(time(incident.lastNanos()))
        + "  "
        + severity(finding.priority())
        + "  "
        + style.bold(safe(finding.detector()))
        + "  "
        + safe(finding.summary());
  }

  private String decision(Incident incident) {
    StringBuilder out = new StringBuilder();
    incident
        .verdict()
        .ifPresent(verdict -> line(out, "verdict", describe(verdict, incident.lastNanos())));
    if (!incident.outcome().isBlank()) {
      line(out, "outcome", safe(incident.outcome()));
    }
    incident
        .verdict()
        .ifPresent(
            verdict -> line(out, "release", "ringward verdicts release " + verdict.idText()));
    return out.toString();
  }

  private String describe(Verdict verdict, long atNanos) {
    String operations =
        verdict.operations().stream()
            .sorted()
            .map(Operation::label)
            .collect(Collectors.joining(", "));
    String rate = RateText.of(verdict);
    Duration left = Duration.ofNanos(Math.max(0, verdict.expiryNanos() - atNanos));
    return style.yellow(verdict.action().label())
        + " "
        + operations
        + (rate.isEmpty() ? "" : " to " + rate)
        + " of "
        + verdict.subject()
        + " for "
        + DurationText.of(left)
        + (verdict.shadow() ? style.dim(" (shadow)") : "");
  }

  private static String describe(ProcessInfo process) {
    String command =
        process.arguments().isEmpty() ? process.comm() : String.join(" ", process.arguments());
    String path = process.path().isEmpty() ? process.comm() : process.path();
    return process.key().tgid()
        + " "
        + Printable.of(path, MOST_COLUMNS / 2)
        + "  uid "
        + Integer.toUnsignedString(process.uid())
        + "  "
        + Printable.of(command, MOST_COLUMNS / 2);
  }

  private static String ancestry(List<ProcessInfo> ancestors) {
    String chain =
        ancestors.stream()
            .limit(MOST_ANCESTORS)
            .map(a -> Printable.of(a.comm(), 32) + "(" + a.key().tgid() + ")")
            .collect(Collectors.joining(" < "));
    return ancestors.size() > MOST_ANCESTORS ? chain + " < …" : chain;
  }

  private static String drivers(Finding finding) {
    return String.format(Locale.ROOT, "score %.2f: ", finding.score())
        + finding.drivers().stream()
            .limit(MOST_FEATURES)
            .map(IncidentText::driver)
            .collect(Collectors.joining(", "));
  }

  private static String driver(FeatureContribution driver) {
    return String.format(
        Locale.ROOT,
        "%s %.4g (usually %.4g)",
        driver.feature().replace('_', ' '),
        driver.value(),
        driver.usual());
  }

  private String severity(Priority priority) {
    String word = String.format(Locale.ROOT, "%-8s", priority.label().toUpperCase(Locale.ROOT));
    return switch (priority) {
      case EMERGENCY, ALERT, CRITICAL, ERROR -> style.red(word);
      case WARNING -> style.yellow(word);
      case NOTICE -> style.cyan(word);
      case INFORMATIONAL, DEBUG -> style.dim(word);
    };
  }

  private void line(StringBuilder out, String label, String value) {
    out.append("    ").append(style.dim(String.format(Locale.ROOT, "%-8s", label))).append(' ');
    out.append(value).append('\n');
  }

  private String time(long bootNanos) {
    return TIME.format(clock.instantOf(bootNanos));
  }

  private static String safe(String text) {
    return Printable.of(text, MOST_COLUMNS);
  }
}
