/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.replay;

import io.ringward.agent.text.Columns;
import io.ringward.agent.text.DurationText;
import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import io.ringward.jobs.recording.Damage;
import io.ringward.jobs.recording.RecordedVerdicts.Applied;
import io.ringward.jobs.recording.ReplayProgress;
import io.ringward.kernel.Action;
import io.ringward.kernel.Subject;
import io.ringward.kernel.VerdictTable.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a replay came to.
 *
 * @param progress what was replayed
 * @param elapsedNanos how long it took
 * @param damage what could not be used
 */
public final class ReplaySummary {
  private static final double NANOS = 1e9;

  private final ReplayFindings findings;
  private final List<Applied> verdicts;
  private final RefusalPreview preview;
  private final ReplayProgress progress;
  private final long elapsedNanos;
  private final Optional<Damage> damage;

  private record Row(String detector, Action action) {}

  private static final class Sum {
    final Set<Subject> subjects = new HashSet<>();
    long verdicts;
    long notInForce;
    long refused;
  }

  ReplaySummary(
      ReplayFindings findings,
      List<Applied> verdicts,
      RefusalPreview preview,
      ReplayProgress progress,
      long elapsedNanos,
      Optional<Damage> damage) {
    this.findings = findings;
    this.verdicts = verdicts;
    this.preview = preview;
    this.progress = progress;
    this.elapsedNanos = elapsedNanos;
    this.damage = damage;
  }

  /** What could not be used of the recording. */
  public Optional<Damage> damage() {
    return damage;
  }

  /** Kernel events that were replayed. */
  public long events() {
    return progress.events();
  }

  /** For people. */
  public List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "Replayed %,d events of %s in %.1f s: %,.0f events/s.",
            progress.events(),
            DurationText.of(
                Duration.ofMillis((progress.lastNanos() - progress.firstNanos()) / 1_000_000)),
            elapsedNanos / NANOS,
            progress.events() * NANOS / Math.max(1, elapsedNanos)));
    if (progress.gaps() > 0) {
      lines.add(
          style.red(
              progress.gaps()
                  + " gaps: "
                  + progress.lost()
                  + " items were not recorded, since they came faster than they could be written."
                  + " Behind each gap the replay went on from the state of the live run."));
    }
    damage.ifPresent(what -> lines.add(style.red("The recording is not whole: " + what + ".")));
    lines.add("");
    if (findings.tallies().isEmpty()) {
      lines.add("Nothing was found.");
      return lines;
    }
    Columns found = new Columns("FOUND BY", "", "FINDINGS", "INCIDENTS");
    findings
        .tallies()
        .forEach((detector, tally) ->
            found.row(
                tally.source.label(),
                Printable.lines(detector),
                Long.toString(tally.findings),
                Long.toString(tally.incidents.size())));
    lines.addAll(found.lines(style));
    lines.add("");
    lines.addAll(verdictLines(style));
    return lines;
  }

  private List<String> verdictLines(Style style) {
    Map<Row, Sum> sums = new LinkedHashMap<>();
    for (Applied one : verdicts) {
      Sum sum =
          sums.computeIfAbsent(
              new Row(one.verdict().source(), one.verdict().action()), row -> new Sum());
      sum.verdicts++;
      sum.subjects.add(one.verdict().subject());
      sum.refused += preview.refusedBy(one.verdict().id());
      boolean holds =
          one.outcome() instanceof Outcome.Applied || one.outcome() instanceof Outcome.Supposed;
      sum.notInForce += holds ? 0 : 1;
    }
    if (sums.isEmpty()) {
      return List.of("No verdict was given.");
    }
    Columns table =
        new Columns("VERDICTS OF", "", "GIVEN", "NOT IN FORCE", "SUBJECTS", "WOULD REFUSE");
    sums.forEach((row, sum) ->
        table.row(
            Printable.lines(row.detector()),
            row.action().label(),
            Long.toString(sum.verdicts),
            Long.toString(sum.notInForce),
            Integer.toString(sum.subjects.size()),
            row.action().compareTo(Action.THROTTLE) < 0 ? "-" : Long.toString(sum.refused)));
    List<String> lines = new ArrayList<>(table.lines(style));
    lines.add("");
    lines.add(
        style.dim(
            "What would be refused is counted from the recorded operations of the subjects and of"
                + " those that descend from them: with a verdict they would have done other"
                + " things."));
    if (preview.refusedLive() > 0) {
      lines.add(
          style.dim(preview.refusedLive() + " operations were refused while it was recorded."));
    }
    return lines;
  }
}
