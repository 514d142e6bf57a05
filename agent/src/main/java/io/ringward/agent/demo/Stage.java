/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import io.ringward.agent.control.EventRow;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What all acts work with, and the lines that all of them tell.
 *
 * @param fast without pauses for reading
 */
record Stage(Workspace workspace, DemoAgent agent, Story story, Cast cast, boolean fast) {
  /** How long anything may take on a busy machine until an act gives up. */
  static final long PATIENCE_SECONDS = 120;

  private static final long EVENT_SECONDS = 30;

  /** The event as the kernel saw it, with what the agent's process table knows. */
  void kernelSaw(CompletableFuture<EventRow> event) throws InterruptedException {
    try {
      EventRow row = event.get(EVENT_SECONDS, TimeUnit.SECONDS);
      String time =
          row.time().isEmpty()
              ? ""
              : LocalTime.ofInstant(Instant.parse(row.time()), ZoneId.systemDefault())
                      .truncatedTo(ChronoUnit.MICROS)
                  + "  ";
      String what =
          row.endpoint().isEmpty() ? "child " + row.child() : row.endpoint() + " " + row.protocol();
      story.fact(
          "kernel",
          time
              + row.event()
              + " "
              + what
              + " by "
              + row.name()
              + " (pid "
              + row.pid()
              + " < "
              + String.join(" < ", row.ancestors().stream().limit(3).toList())
              + ") in cgroup "
              + row.cgroup());
    } catch (TimeoutException | ExecutionException e) {
      story.fact("kernel", "the event was not among those shown: " + e, Story.Paint.NOTE);
    }
  }

  /** Evidence, score, verdict, outcome. */
  void found(IncidentFacts facts) {
    story.fact("evidence", facts.detector() + ": " + facts.summary());
    story.fact("score", facts.scored());
    story.fact("verdict", facts.verdict(), Story.Paint.BAD);
    story.fact("outcome", facts.outcome());
  }

  /** From the event that caused it to the verdict in the kernel's map, since a reading. */
  void latency(MetricsReading before) throws DemoException {
    MetricsReading now = agent.metrics();
    long verdicts = now.verdicts() - before.verdicts();
    if (verdicts > 0) {
      double millis = 1e3 * (now.latencySum() - before.latencySum()) / verdicts;
      story.fact(
          "latency",
          String.format(
              Locale.ROOT,
              "%.2f ms from the kernel's event to the verdict in the kernel's map%s",
              millis,
              verdicts == 1 ? "" : ", on average of " + verdicts));
    }
  }

  /** A pause for reading. */
  void pause() throws InterruptedException {
    if (!fast) {
      Thread.sleep(1500);
    }
  }
}
