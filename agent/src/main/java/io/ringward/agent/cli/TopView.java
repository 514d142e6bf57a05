/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.control.TopPage;
import io.ringward.agent.control.TopPage.GroupRow;
import io.ringward.agent.control.TopPage.ProcessRow;
import io.ringward.agent.control.VerdictRow;
import io.ringward.agent.text.Columns;
import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A page of {@code top} as lines of text. */
final class TopView {
  private static final int MOST_GROUPS = 5;
  private static final int MOST_VERDICTS = 8;
  private static final double MEGABYTE = 1e6;

  private final Style style;
  private final Order order;

  /** By what the rows are sorted, the most first. */
  enum Order {
    SCORE,
    EVENTS,
    WAIT,
    CPU
  }

  TopView(Style style, Order order) {
    this.style = style;
    this.order = order;
  }

  /**
   * The lines.
   *
   * @param rows so many lines at most: processes give way
   */
  List<String> lines(TopPage page, int rows) {
    List<String> lines = new ArrayList<>();
    lines.add(headline(page));
    if (!page.verdicts().isEmpty()) {
      lines.add("");
      lines.addAll(verdicts(page));
    }
    lines.add("");
    lines.addAll(groups(page));
    lines.add("");
    int left = rows - lines.size();
    List<String> processes = processes(page);
    if (processes.size() > left) {
      processes = processes.subList(0, Math.max(1, left));
    }
    lines.addAll(processes);
    return lines;
  }

  private String headline(TopPage page) {
    return style.bold("ringward top")
        + String.format(
            Locale.ROOT,
            "  mode %s, up %s, %d rules, %d verdicts in force, last beat %s ago",
            page.status().mode(),
            DurationText.of(Duration.ofNanos(page.status().uptimeNanos())),
            page.status().rules(),
            page.verdicts().size(),
            DurationText.of(Duration.ofNanos(page.status().heartbeatAgeNanos())));
  }

  private List<String> verdicts(TopPage page) {
    Columns columns = new Columns("VERDICT", "ON", "NAME", "ACTION", "HITS", "EXPIRES IN", "BY");
    page.verdicts().stream()
        .sorted(Comparator.comparingLong(VerdictRow::ageNanos))
        .limit(MOST_VERDICTS)
        .forEach(row ->
            columns.row(
                row.id(),
                row.subject(),
                Printable.of(row.name(), 15),
                row.action()
                    + (row.rate().isEmpty() ? "" : " " + row.rate())
                    + (row.shadow() ? " (shadow)" : ""),
                Long.toString(row.hits()),
                DurationText.of(Duration.ofNanos(row.expiresInNanos())),
                Printable.of(row.source(), 40)));
    return columns.lines(style);
  }

  private List<String> groups(TopPage page) {
    Columns columns =
        new Columns(
            "SCORE",
            "EVENTS/s",
            "WAIT ms/s",
            "CPU",
            "FAULTS/s",
            "DISK MB/s",
            "RECLAIM ms/s",
            "ACTIVE",
            "CGROUP");
    groupsInOrder(page).stream()
        .limit(MOST_GROUPS)
        .forEach(row ->
            columns.row(
                number(row.score(), 2),
                number(row.eventsPerSecond(), 0),
                number(row.waitMillisPerSecond(), 1),
                number(row.cpu(), 2),
                number(row.faultsPerSecond(), 0),
                number(row.diskBytesPerSecond() / MEGABYTE, 1),
                number(row.reclaimMillisPerSecond(), 1),
                Integer.toString(row.active()),
                Printable.of(row.cgroup(), 60)
                    + (row.verdict().isEmpty() ? "" : "  [" + row.verdict() + "]")));
    return columns.lines(style);
  }

  private List<String> processes(TopPage page) {
    Columns columns =
        new Columns("SCORE", "EVENTS/s", "WAIT ms/s", "CPU", "PID", "NAME", "MODEL", "FOUND");
    List<ProcessRow> rows = processesInOrder(page);
    rows.forEach(row ->
        columns.row(
            number(row.score(), 2),
            number(row.eventsPerSecond(), 0),
            number(row.waitMillisPerSecond(), 1),
            number(row.cpu(), 2),
            Integer.toString(row.pid()),
            Printable.of(row.name().isEmpty() ? row.executable() : row.name(), 15),
            row.model(),
            Printable.of(row.finding(), 50)
                + (row.verdict().isEmpty() ? "" : "  [" + row.verdict() + "]")));
    List<String> lines = new ArrayList<>(columns.lines(style));
    for (int i = 0; i < rows.size(); i++) {
      lines.set(i + 1, painted(rows.get(i), lines.get(i + 1)));
    }
    return lines;
  }

  private String painted(ProcessRow row, String line) {
    if (!row.verdict().isEmpty()) {
      return style.red(line);
    }
    return row.score() >= 0.5 ? style.yellow(line) : line;
  }

  /** The processes as they are shown. */
  List<ProcessRow> processesInOrder(TopPage page) {
    Comparator<ProcessRow> first =
        switch (order) {
          case SCORE ->
              Comparator.comparing((ProcessRow row) -> !row.verdict().isEmpty())
                  .thenComparingDouble(ProcessRow::score);
          case EVENTS -> Comparator.comparingDouble(ProcessRow::eventsPerSecond);
          case WAIT -> Comparator.comparingDouble(ProcessRow::waitMillisPerSecond);
          case CPU -> Comparator.comparingDouble(ProcessRow::cpu);
        };
    return page.processes().stream()
        .sorted(
            first
                .thenComparingDouble(ProcessRow::eventsPerSecond)
                .thenComparingDouble(ProcessRow::cpu)
                .reversed()
                .thenComparingInt(ProcessRow::pid))
        .toList();
  }

  /** The groups as they are shown. */
  List<GroupRow> groupsInOrder(TopPage page) {
    Comparator<GroupRow> first =
        switch (order) {
          case SCORE -> Comparator.comparingDouble(GroupRow::score);
          case EVENTS -> Comparator.comparingDouble(GroupRow::eventsPerSecond);
          case WAIT -> Comparator.comparingDouble(GroupRow::waitMillisPerSecond);
          case CPU -> Comparator.comparingDouble(GroupRow::cpu);
        };
    return page.cgroups().stream()
        .sorted(first.thenComparingDouble(GroupRow::cpu).reversed().thenComparing(GroupRow::cgroup))
        .toList();
  }

  private static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
