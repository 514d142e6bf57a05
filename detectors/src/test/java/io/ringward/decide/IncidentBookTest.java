/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import static io.ringward.decide.Cases.MINUTE;
import static io.ringward.decide.Cases.SCANNER;
import static io.ringward.decide.Cases.SECOND;
import static io.ringward.decide.Cases.SHELL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.codec.StateBytes;
import io.ringward.decide.Policy.Mode;
import io.ringward.kernel.Action;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** People are told once, and how often it happened. */
final class IncidentBookTest {
  private static final Finding FINDING = Cases.model(SCANNER, "connect-scan", Action.THROTTLE);

  private final IncidentBook book = new IncidentBook(16, "b");
  private final List<Incident> told = new ArrayList<>();

  @Test
  void repeatsCollapseIntoOneThatCounts() {
    for (int i = 0; i < 12_345; i++) {
      record(FINDING, 10 * SECOND + i);
    }
    assertEquals(List.of(1L, 10L, 100L, 1000L, 10_000L), counts());
    assertEquals(1, told.stream().map(Incident::id).distinct().count());
    assertEquals("b-1", told.getFirst().id());
    assertEquals(10 * SECOND, told.getLast().firstNanos());
    assertTrue(book.onTick(30 * SECOND).isEmpty(), "not yet");
    List<Incident> later = book.onTick(10 * SECOND + MINUTE + 12_345);
    assertEquals(List.of(12_345L), later.stream().map(Incident::count).toList());
    assertTrue(book.onTick(200 * SECOND).isEmpty(), "nothing new to tell");
  }

  @Test
  void aSteadyTrickleIsToldOnceAMinute() {
    for (int second = 0; second < 600; second++) {
      record(FINDING, second * SECOND);
      told.addAll(book.onTick(second * SECOND));
    }
    assertTrue(told.size() >= 10 && told.size() <= 13, told.size() + " times in ten minutes");
  }

  @Test
  void aNewVerdictIsAlwaysTold() {
    record(FINDING, SECOND);
    record(FINDING, 2 * SECOND);
    Decider decider =
        new Decider(64, Policy.standard(Mode.ENFORCE), Protection.NONE, new IncidentBook(1, "x"));
    Ruling ruling = decider.decide(FINDING, 3 * SECOND);
    Incident incident =
        book.record(FINDING, SHELL.key(), ruling.verdict(), "throttled", 3 * SECOND).orElseThrow();
    assertEquals(3, incident.count());
    assertEquals(ruling.verdict(), incident.verdict());
    long last = ruling.verdict().orElseThrow().expiryNanos() - 1;
    told.addAll(
        book.record(FINDING, SHELL.key(), Optional.empty(), "more", last).stream().toList());
    book.onTick(last + 60 * SECOND).forEach(told::add);
    record(FINDING, last + 120 * SECOND);
    assertEquals(Optional.empty(), told.getLast().verdict(), "it has expired");
  }

  @Test
  void whatIsInForceIsNamedUntilItEnds() {
    Decider decider =
        new Decider(64, Policy.standard(Mode.ENFORCE), Protection.NONE, new IncidentBook(1, "x"));
    Verdict verdict = decider.decide(FINDING, 3 * SECOND).verdict().orElseThrow();
    book.record(FINDING, SHELL.key(), Optional.of(verdict), "throttled", 3 * SECOND);
    for (int i = 0; i < 8; i++) {
      record(FINDING, 4 * SECOND);
    }
    record(FINDING, 4 * SECOND);
    assertEquals(Optional.of(verdict), told.getLast().verdict(), "the tenth still names it");
    Incident ended =
        book.ended(verdict.id(), Optional.empty(), "released", 5 * SECOND).orElseThrow();
    assertEquals(Optional.empty(), ended.verdict());
    assertEquals("released", ended.outcome());
    assertTrue(book.ended(verdict.id(), Optional.empty(), "again", 5 * SECOND).isEmpty());
  }

  @Test
  void theEndIsToldOnce() {
    record(FINDING, SECOND);
    List<Incident> end = book.onTick(SECOND + IncidentBook.QUIET_SECONDS * SECOND);
    assertEquals(1, end.size());
    assertTrue(end.getFirst().over());
    assertEquals(told.getFirst().id(), end.getFirst().id());
    assertTrue(book.onTick(2000 * SECOND).isEmpty());
  }

  @Test
  void otherDetectorsProgramsAndTreesAreOtherIncidents() {
    record(FINDING, SECOND);
    record(Cases.model(SCANNER, "port-scan", Action.THROTTLE), SECOND);
    record(
        Cases.model(
            Cases.process(101, 1000, new FileIdentity(8, 99)), "connect-scan", Action.THROTTLE),
        SECOND);
    book.record(FINDING, SCANNER.key(), Optional.empty(), "", SECOND).ifPresent(told::add);
    assertEquals(List.of("b-1", "b-2", "b-3", "b-4"), told.stream().map(Incident::id).toList());
  }

  @Test
  void shortProcessesOfOneProgramInOneTreeAreOneIncident() {
    for (int pid = 1000; pid < 1050; pid++) {
      ProcessInfo process = Cases.process(pid, 1000, SCANNER.executable());
      record(Cases.model(process, "connect-scan", Action.THROTTLE), SECOND);
    }
    assertEquals(List.of(1L, 10L), counts());
  }

  @Test
  void afterQuietAnotherOneBegins() {
    record(FINDING, SECOND);
    long later = SECOND + IncidentBook.QUIET_SECONDS * SECOND;
    record(FINDING, later);
    assertEquals(List.of("b-1", "b-2"), told.stream().map(Incident::id).toList());
    assertEquals(List.of(1L, 1L), counts());
    book.onTick(later + IncidentBook.QUIET_SECONDS * SECOND);
    assertEquals(0, book.size());
  }

  @Test
  void theBookIsBoundedAndComesBackFromState() throws IOException {
    for (int i = 0; i < 100; i++) {
      record(Cases.model(SCANNER, "d" + i, Action.THROTTLE), i * SECOND);
    }
    assertEquals(16, book.size());
    assertEquals(84, book.evictions());
    IncidentBook read =
        StateBytes.roundTrip(book, IncidentBook::write, in -> IncidentBook.read(in, 16, "b"));
    for (int i = 90; i < 110; i++) {
      Finding finding = Cases.model(SCANNER, "d" + i, Action.THROTTLE);
      for (int repeat = 0; repeat < 12; repeat++) {
        assertEquals(
            book.record(finding, SHELL.key(), Optional.empty(), "o", 200 * SECOND),
            read.record(finding, SHELL.key(), Optional.empty(), "o", 200 * SECOND));
      }
    }
  }

  private void record(Finding finding, long now) {
    book.record(finding, SHELL.key(), Optional.empty(), "outcome", now).ifPresent(told::add);
  }

  private List<Long> counts() {
    return told.stream().map(Incident::count).toList();
  }
}
