/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.control.AgentStatus;
import io.ringward.agent.control.TopPage;
import io.ringward.agent.control.TopPage.GroupRow;
import io.ringward.agent.control.TopPage.ProcessRow;
import io.ringward.agent.control.VerdictRow;
import io.ringward.detect.Score;
import io.ringward.jobs.tap.Standing;
import io.ringward.jobs.tap.Standings;
import io.ringward.kernel.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** Puts together what {@code ringward top} shows. Thread-safe. */
final class StandingBoard {
  private static final long SECOND = 1_000_000_000L;

  /** A rate that is older than this is none any more. */
  private static final long FRESH_NANOS = 3 * SECOND;

  /** Who was not judged for so long is not shown. */
  private static final long SHOWN_NANOS = 60 * SECOND;

  private final Standings standings;
  private final ControlGroupRates groupRates;
  private final LongSupplier boottimeNanos;
  private final LongFunction<String> controlGroupNames;

  StandingBoard(
      Standings standings,
      ControlGroupRates groupRates,
      LongSupplier boottimeNanos,
      LongFunction<String> controlGroupNames) {
    this.standings = standings;
    this.groupRates = groupRates;
    this.boottimeNanos = boottimeNanos;
    this.controlGroupNames = controlGroupNames;
  }

  TopPage page(AgentStatus status, List<VerdictRow> verdicts) {
    long now = boottimeNanos.getAsLong();
    Map<String, String> actions = new HashMap<>();
    verdicts.forEach(
        row -> actions.put(row.subject(), row.action() + (row.shadow() ? " (shadow)" : "")));
    List<ProcessRow> processes = new ArrayList<>();
    Map<Long, List<ProcessRow>> byGroup = new HashMap<>();
    for (Standing standing : standings.all()) {
      if (now - standing.seenNanos() <= SHOWN_NANOS) {
        ProcessRow row = row(standing, now, actions);
        processes.add(row);
        if (now - standing.windowNanos() <= FRESH_NANOS) {
          byGroup.computeIfAbsent(standing.process().cgroupId(), id -> new ArrayList<>()).add(row);
        }
      }
    }
    return new TopPage(status, processes, groups(byGroup, actions), verdicts);
  }

  private ProcessRow row(Standing standing, long now, Map<String, String> actions) {
    boolean fresh = now - standing.windowNanos() <= FRESH_NANOS;
    boolean found = !standing.finding().isEmpty() && now - standing.findingNanos() <= SHOWN_NANOS;
    double judged = fresh ? standing.judgement().map(Standings::value).orElse(0.0) : 0;
    return new ProcessRow(
        standing.process().key().tgid(),
        standing.process().comm(),
        standing.process().path(),
        Integer.toUnsignedLong(standing.process().uid()),
        controlGroupNames.apply(standing.process().cgroupId()),
        Math.max(judged, found ? standing.findingScore() : 0),
        standing.judgement().map(StandingBoard::word).orElse("-"),
        fresh ? standing.events() + standing.treeEvents() : 0,
        fresh ? standing.onCpuShare() : 0,
        fresh ? standing.waitMillisPerSecond() : 0,
        found ? standing.finding() : "",
        actions.getOrDefault(new Subject.ProcessTree(standing.process().key()).toString(), ""));
  }

  private static String word(Score score) {
    return switch (score) {
      case Score.Warming(long seen, long needed) -> "learning " + seen + "/" + needed;
      case Score.Normal _ -> "usual";
      case Score.Anomalous _ -> "odd";
    };
  }

  private List<GroupRow> groups(Map<Long, List<ProcessRow>> byGroup, Map<String, String> actions) {
    Map<Long, ControlGroupRates.Rate> rates = groupRates.rates();
    Set<Long> ids = new HashSet<>(byGroup.keySet());
    ids.addAll(rates.keySet());
    Map<Long, PressureRates.Rate> pressures = groupRates.pressures();
    List<GroupRow> rows = new ArrayList<>();
    for (long id : ids) {
      List<ProcessRow> members = byGroup.getOrDefault(id, List.of());
      ControlGroupRates.Rate rate = rates.getOrDefault(id, new ControlGroupRates.Rate(0, 0));
      PressureRates.Rate pressure = pressures.getOrDefault(id, PressureRates.Rate.NONE);
      rows.add(
          new GroupRow(
              controlGroupNames.apply(id),
              Long.toUnsignedString(id),
              members.stream().mapToDouble(ProcessRow::score).max().orElse(0),
              members.stream().mapToDouble(ProcessRow::eventsPerSecond).sum(),
              rate.cpu(),
              rate.waitMillisPerSecond(),
              pressure.faults(),
              pressure.diskBytes(),
              pressure.reclaimMillis(),
              members.size(),
              actions.getOrDefault(new Subject.ControlGroup(id).toString(), "")));
    }
    return rows;
  }
}
