/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.control.OutletRow;
import io.ringward.agent.incident.IncidentOutlets;
import io.ringward.agent.incident.IncidentQueue;
import io.ringward.agent.incident.LossCause;
import io.ringward.agent.incident.TestIncident;
import io.ringward.kernel.Incident;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** Tells operators how the outlets of incidents fare, and tests them. Thread-safe. */
final class OutletDesk {
  private static final Duration PATIENCE = Duration.ofSeconds(12);

  private final IncidentOutlets outlets;
  private final LongSupplier boottimeNanos;

  private record Answer(String text, boolean delivered) {}

  OutletDesk(IncidentOutlets outlets, LongSupplier boottimeNanos) {
    this.outlets = outlets;
    this.boottimeNanos = boottimeNanos;
  }

  List<OutletRow> rows() {
    return outlets.queues().stream().map(queue -> row(queue, new Answer("", false))).toList();
  }

  /** Sends a test incident through every outlet, all at once, past those that wait. */
  List<OutletRow> test() {
    Incident incident = TestIncident.of(boottimeNanos.getAsLong(), ProcessHandle.current().pid());
    List<CompletableFuture<String>> sent =
        outlets.queues().stream().map(queue -> queue.probe(incident)).toList();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<OutletRow> rows = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      rows.add(row(outlets.queues().get(i), answer(sent.get(i), deadline)));
    }
    return rows;
  }

  private static Answer answer(CompletableFuture<String> sent, long deadline) {
    try {
      long left = Math.max(0, deadline - System.nanoTime());
      return new Answer(sent.get(left, TimeUnit.NANOSECONDS), true);
    } catch (ExecutionException e) {
      return new Answer(String.valueOf(e.getCause().getMessage()), false);
    } catch (TimeoutException e) {
      return new Answer("no answer within " + PATIENCE.toSeconds() + " s", false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer("interrupted", false);
    }
  }

  private static OutletRow row(IncidentQueue queue, Answer answer) {
    Map<String, Long> lost = new LinkedHashMap<>();
    for (LossCause cause : LossCause.values()) {
      if (queue.lost(cause) > 0) {
        lost.put(cause.label(), queue.lost(cause));
      }
    }
    boolean failed = !queue.lastError().isEmpty();
    return new OutletRow(
        queue.name(),
        queue.outlet().target(),
        queue.emitted(),
        queue.collapsed(),
        queue.waiting(),
        lost,
        queue.lastError(),
        failed ? queue.lastErrorAge().toNanos() : 0,
        answer.text(),
        answer.delivered());
  }
}
