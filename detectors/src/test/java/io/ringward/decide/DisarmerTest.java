/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import static io.ringward.decide.Cases.MINUTE;
import static io.ringward.decide.Cases.PROTECTION;
import static io.ringward.decide.Cases.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.codec.StateBytes;
import io.ringward.decide.Policy.Mode;
import io.ringward.kernel.Action;
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.DetectorArming;
import io.ringward.kernel.DetectorArming.State;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A rule or model that goes wrong is stopped before it takes the host down; an attack is not. */
final class DisarmerTest {
  private static final DisarmPolicy DISARM = DisarmPolicy.STANDARD.with(5, MINUTE, 10 * MINUTE);
  private static final Policy POLICY = Policy.standard(Mode.ENFORCE).withDisarm(DISARM);
  private static final String RULE = "no shells";

  private Decider decider = new Decider(256, POLICY, PROTECTION, new IncidentBook(64, "boot"));
  private final List<Incident> told = new ArrayList<>();
  private final List<Consequence.End> ended = new ArrayList<>();
  private long now = 10_000 * SECOND;

  /** A service that was there long before: a tree of its own. */
  private static ProcessInfo service(int number) {
    return process(number, number * SECOND, number, 5);
  }

  private static ProcessInfo process(int pid, long startNanos, int file, long cgroup) {
    return new ProcessInfo(
        new ProcessKey(startNanos, pid),
        ProcessKey.NONE,
        1000,
        cgroup,
        new FileIdentity(9, file),
        0,
        "s" + pid,
        "/usr/bin/s" + file,
        List.of());
  }

  private Ruling hit(ProcessInfo process) {
    return hit(process, RULE);
  }

  private Ruling hit(ProcessInfo process, String rule) {
    now += SECOND / 10;
    Finding finding = Cases.rule(process, rule, Action.BLOCK, 5 * MINUTE);
    Ruling ruling = decider.decide(finding, now);
    decider.incident(finding, ruling, ruling.outcome(), now);
    drain();
    return ruling;
  }

  private void tick(long nanos) {
    now += nanos;
    told.addAll(decider.onTick(now));
    drain();
  }

  private void drain() {
    for (Consequence consequence : decider.takeConsequences()) {
      switch (consequence) {
        case Consequence.Ease ease -> {
          // Not the subject of this test.
        }
        case Consequence.End end -> ended.add(end);
        case Consequence.Tell(Incident incident) -> told.add(incident);
      }
    }
  }

  private DecisionStanding standing() {
    return decider.takeStanding(now).orElseThrow();
  }

  private void spread(int from, int count) {
    for (int i = from; i < from + count; i++) {
      hit(service(100 + i));
    }
  }

  @Test
  void oneTooManyStopsItAndReleasesTheSpread() {
    List<Verdict> given = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      given.add(hit(service(100 + i)).verdict().orElseThrow());
    }
    assertTrue(ended.isEmpty());
    Ruling last = hit(service(200));
    assertEquals(Optional.empty(), last.verdict());
    assertTrue(last.outcome().startsWith("rule disarmed: "), last.outcome());
    assertEquals(
        given.stream().map(Verdict::id).sorted().toList(),
        ended.stream().map(Consequence.End::verdictId).sorted().toList());
    assertTrue(decider.live(now).isEmpty());
    Incident alarm = told.getLast();
    assertEquals("disarmer: no shells", alarm.finding().detector());
    assertEquals(Priority.ALERT, alarm.finding().priority());
    String summary = alarm.finding().summary();
    assertTrue(summary.contains("6 distinct process trees or cgroups within 1 min"), summary);
    assertTrue(summary.contains("5 verdicts of it released"), summary);
    assertTrue(summary.contains("/usr/bin/s100 (pid 100"), summary);
    assertTrue(summary.contains("ringward rules rearm \"no shells\""), summary);
    DetectorArming arming = standing().stopped().getFirst();
    assertEquals(State.DISARMED, arming.state());
    assertEquals(6, arming.hits());
    assertTrue(hit(service(300), "another rule").verdict().isPresent(), "others go on");
  }

  @Test
  void copiesOfOneBinaryAndOneTreeOfManyAreObeyed() {
    for (int i = 0; i < 100; i++) {
      assertTrue(hit(process(1000 + i, i * SECOND, 7, 1000 + i)).verdict().isPresent(), "worm");
    }
    for (int i = 0; i < 50; i++) {
      ProcessInfo young = process(5000 + i, now - SECOND, 5000 + i, 42);
      assertTrue(hit(young).verdict().isPresent(), "trees made just now, all in one cgroup");
    }
  }

  @Test
  void youngTreesCountByTheirCgroup() {
    for (int i = 0; i < 5; i++) {
      assertTrue(hit(process(100 + i, now, 100 + i, 100 + i)).verdict().isPresent());
    }
    assertTrue(hit(process(200, now, 200, 200)).verdict().isEmpty());
  }

  @Test
  void aSlowSpreadIsNoSuddenOne() {
    for (int i = 0; i < 50; i++) {
      assertTrue(hit(service(100 + i)).verdict().isPresent());
      now += 15 * SECOND;
    }
  }

  @Test
  void quietArmsItAgainAndASecondTimeDismantlesIt() {
    spread(0, 6);
    assertTrue(hit(service(100)).outcome().contains("disarmed"), "also on whom it hit before");
    tick(9 * MINUTE);
    assertTrue(hit(service(300)).verdict().isEmpty(), "not yet");
    tick(2 * MINUTE);
    Incident over = told.getLast();
    assertTrue(over.over());
    assertEquals("armed again after a quiet time", over.outcome());
    assertTrue(standing().stopped().isEmpty());
    spread(20, 6);
    DecisionStanding standing = standing();
    assertEquals(State.DISMANTLED, standing.stopped().getFirst().state());
    assertEquals(1, standing.disarmed());
    assertEquals(1, standing.dismantled());
    tick(3 * 24 * 60 * MINUTE);
    assertTrue(hit(service(400)).outcome().contains("an operator has to re-arm it"));
    assertTrue(decider.rearm(RULE, "root", now));
    assertFalse(decider.rearm(RULE, "root", now));
    assertTrue(hit(service(401)).verdict().isPresent());
    spread(40, 6);
    assertEquals(State.DISARMED, standing().stopped().getFirst().state(), "a clean record");
  }

  @Test
  void whileItGoesOnHittingManyItStaysDisarmed() {
    for (int minute = 0; minute < 30; minute++) {
      spread(10 * minute, 7);
      tick(MINUTE - 7 * SECOND / 10);
    }
    assertEquals(1, standing().stopped().size());
    assertTrue(hit(service(1000)).verdict().isEmpty());
  }

  @Test
  void newRulesArmRulesAndNotModels() {
    spread(0, 6);
    for (int i = 0; i < 6; i++) {
      now += SECOND;
      decider.decide(Cases.model(service(700 + i), "a model", Action.THROTTLE), now);
    }
    assertEquals(2, standing().stopped().size());
    decider.rulesReplaced(now);
    List<DetectorArming> stopped = standing().stopped();
    assertEquals(1, stopped.size());
    assertEquals("a model", stopped.getFirst().detector());
  }

  @Test
  void whatWasGivenBeforeOrConfirmedStays() {
    Verdict before = hit(service(50)).verdict().orElseThrow();
    Verdict taught = hit(service(60)).verdict().orElseThrow();
    assertTrue(decider.release(taught.id(), Feedback.CONFIRMED, now));
    now += 70 * SECOND;
    Verdict confirmed = hit(service(60)).verdict().orElseThrow();
    spread(0, 6);
    List<Long> live = decider.live(now).stream().map(Verdict::id).sorted().toList();
    assertEquals(List.of(before.id(), confirmed.id()), live);
  }

  @Test
  void itComesBackFromACheckpointAndDismantledOutlastsABoot() throws IOException {
    spread(0, 6);
    decider =
        StateBytes.roundTrip(
            decider, Decider::write, in -> Decider.read(in, 256, POLICY, PROTECTION, 64, "boot"));
    assertTrue(hit(service(300)).outcome().contains("disarmed"));
    tick(11 * MINUTE);
    spread(20, 6);
    decider = decider.afterBoot(256, new IncidentBook(64, "next"));
    now = 10 * SECOND;
    DetectorArming arming = standing().stopped().getFirst();
    assertEquals(State.DISMANTLED, arming.state());
    assertTrue(hit(service(300)).verdict().isEmpty());
    assertTrue(decider.rearm(RULE, "root", now));
    assertTrue(hit(service(301)).verdict().isPresent());
  }

  @Test
  void itsMemoryIsBounded() throws IOException {
    for (int i = 0; i < 3000; i++) {
      hit(service(100 + i % 50), "rule " + i);
    }
    spread(0, 6);
    Disarmer read = StateBytes.roundTrip(disarmerOf(3000), Disarmer::write, Disarmer::read);
    assertTrue(read.stopped(DISARM).isEmpty());
    assertTrue(StateBytes.of(read, Disarmer::write).length < 512 * 200);
  }

  private static Disarmer disarmerOf(int detectors) {
    Disarmer disarmer = new Disarmer();
    for (int i = 0; i < detectors; i++) {
      ProcessInfo service = service(100 + i);
      Finding finding = Cases.rule(service, "rule " + i, Action.BLOCK, MINUTE);
      disarmer.ask(finding, service, service.key(), DISARM, 10_000 * SECOND);
    }
    return disarmer;
  }
}
