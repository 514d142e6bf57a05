/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.replay;

import io.ringward.agent.incident.IncidentOutlet;
import io.ringward.kernel.Event;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts what a replayed loop says, and passes its incidents on at once: nothing here is live, so
 * the outlet may take its time. Thread-safe.
 */
final class ReplayFindings implements LoopObserver {
  /** What one rule or model came to. */
  static final class Tally {
    final Finding.Source source;
    final Set<String> incidents = new LinkedHashSet<>();
    long findings;
    long verdicts;

    Tally(Finding.Source source) {
      this.source = source;
    }
  }

  private final IncidentOutlet outlet;
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private IOException failure;
  private long refused;

  ReplayFindings(IncidentOutlet outlet) {
    this.outlet = outlet;
  }

  @Override
  public synchronized void onFinding(Finding finding) {
    tally(finding.detector(), finding.source()).findings++;
  }

  private Tally tally(String detector, Finding.Source source) {
    return tallies.computeIfAbsent(detector, d -> new Tally(source));
  }

  @Override
  public synchronized void onVerdict(Verdict verdict, VerdictTable.Outcome outcome) {
    Tally tally = tallies.get(verdict.source());
    if (tally != null) {
      tally.verdicts++;
    }
  }

  @Override
  public void onRelease(long verdictId, String why) {}

  @Override
  public synchronized void onEnforcement(Event.Enforcement enforcement) {
    refused++;
  }

  @Override
  public synchronized void onIncident(Incident incident) {
    Finding finding = incident.finding();
    tally(finding.detector(), finding.source()).incidents.add(incident.id());
    if (failure == null) {
      try {
        outlet.write(incident);
      } catch (IOException e) {
        failure = e; // Whoever read it has gone away.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void onBeat(long delayNanos) {}

  @Override
  public void onModels(int programs, long oldestNanos) {}

  /** By detector, in the order of their first finding. */
  synchronized Map<String, Tally> tallies() {
    return new LinkedHashMap<>(tallies);
  }

  /** How often the recorded kernel reported hits of verdicts. */
  synchronized long reportedHits() {
    return refused;
  }

  /** Why incidents could not be written. */
  synchronized Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }
}
