/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.EventRow;
import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An event on one line, in columns that stay where they are, since more lines follow. */
final class EventLine {
  private static final int MOST_DETAIL = 160;
  private static final int MOST_ANCESTORS = 3;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

  private final Style style;

  EventLine(Style style) {
    this.style = style;
  }

  String header() {
    return style.bold(columns("TIME", "EVENT", "PID", "UID", "PROCESS") + "WHAT");
  }

  String of(EventRow row) {
    String columns =
        columns(
            row.time().isEmpty() ? "-" : TIME.format(Instant.parse(row.time())),
            row.event(),
            Integer.toString(row.pid()),
            Long.toString(row.uid()),
            Printable.of(row.name(), 15));
    String ancestry = ancestry(row.ancestors());
    return columns + what(row) + (ancestry.isEmpty() ? "" : style.dim("  < " + ancestry));
  }

  private static String columns(String time, String event, String pid, String uid, String name) {
    return String.format(
        Locale.ROOT, "%-12s  %-8s  %7s  %5s  %-15s  ", time, event, pid, uid, name);
  }

  private String what(EventRow row) {
    return switch (row.event()) {
      case "execve" ->
          style.cyan(Printable.of(started(row), MOST_DETAIL))
              + style.dim("  " + Printable.of(row.detail(), MOST_DETAIL));
      case "clone" -> "child " + row.child();
      case "syscalls" -> calls(row);
      case "procexit" ->
          (row.outcome().equals("status 0") ? "status 0" : style.yellow(row.outcome()))
              + style.dim("  " + row.detail());
      default ->
          row.detail().isEmpty()
              ? row.endpoint() + " " + row.protocol() + refusal(row.outcome())
              : Printable.of(row.detail(), MOST_DETAIL);
    };
  }

  // Of a full batch the beginning: what follows is in --json.
  private String calls(EventRow row) {
    return "%d from %d: %s"
        .formatted(
            row.calls().size(),
            row.firstCall(),
            style.cyan(Printable.of(String.join(" ", row.calls()), MOST_DETAIL)));
  }

  // The command begins with the short name; the file that runs says more.
  private static String started(EventRow row) {
    String arguments =
        row.command().startsWith(row.name()) ? row.command().substring(row.name().length()) : "";
    String file = row.executable().isEmpty() ? row.name() : row.executable();
    return file + arguments + (row.fromMemory() ? " (from memory)" : "");
  }

  private String refusal(String outcome) {
    return outcome.isEmpty() || outcome.equals("allowed") ? "" : "  " + style.red(outcome);
  }

  private static String ancestry(List<String> ancestors) {
    return ancestors.stream()
            .limit(MOST_ANCESTORS)
            .map(name -> name.isEmpty() ? "?" : Printable.of(name, 15))
            .collect(Collectors.joining(" < "))
        + (ancestors.size() > MOST_ANCESTORS ? " < …" : "");
  }
}
