/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import static io.ringward.decide.Cases.MINUTE;
import static io.ringward.decide.Cases.PROTECTION;
import static io.ringward.decide.Cases.SCANNER;
import static io.ringward.decide.Cases.SECOND;
import static io.ringward.decide.Cases.SHELL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.codec.StateBytes;
import io.ringward.decide.Policy.Mode;
import io.ringward.kernel.Action;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A whole host's decisions: trees escalate as one, state is bounded and comes back. */
final class DeciderTest {
  private static final Policy POLICY = Policy.standard(Mode.ENFORCE);

  private final Decider decider = new Decider(64, POLICY, PROTECTION, new IncidentBook(8, "boot"));

  @Test
  void aTreeUnderAVerdictEscalatesWhicheverOfItsProcessesIsSeen() {
    long now = 100 * SECOND;
    Verdict throttle =
        decider
            .decide(Cases.model(SHELL, "connect-scan", Action.THROTTLE), now)
            .verdict()
            .orElseThrow();
    Optional<Verdict> block = Optional.empty();
    for (int i = 0; i < 3; i++) {
      now += 2 * SECOND;
      Ruling ruling = decider.decide(Cases.model(SCANNER, "connect-scan", Action.THROTTLE), now);
      assertEquals(new Subject.ProcessTree(SHELL.key()), ruling.subject());
      block = ruling.verdict();
      if (block.isPresent()) {
        assertEquals(throttle.id(), ruling.supersedes().orElseThrow());
      }
    }
    assertEquals(Action.BLOCK, block.orElseThrow().action());
    assertEquals(throttle.subject(), block.get().subject());
    assertEquals(1, decider.size());
  }

  @Test
  void anotherDetectorsFindingIsPutDownToItsOwnProcess() {
    long now = 100 * SECOND;
    decider.decide(Cases.model(SHELL, "connect-scan", Action.THROTTLE), now);
    Ruling ruling = decider.decide(Cases.model(SCANNER, "fork-storm", Action.THROTTLE), now);
    assertEquals(new Subject.ProcessTree(SCANNER.key()), ruling.subject());
  }

  @Test
  void aVerdictThatFoundNobodyIsGivenAgain() {
    long now = 100 * SECOND;
    Finding scan = Cases.model(SCANNER, "connect-scan", Action.THROTTLE);
    Verdict first = decider.decide(scan, now).verdict().orElseThrow();
    decider.withdraw(first.id(), now);
    assertTrue(decider.live(now).isEmpty());
    assertTrue(decider.decide(scan, now + 1).verdict().isPresent());
  }

  @Test
  void releasedVerdictsAreGoneAndStrangersAreNotKnown() {
    long now = 100 * SECOND;
    Finding scan = Cases.model(SCANNER, "connect-scan", Action.THROTTLE);
    Verdict first = decider.decide(scan, now).verdict().orElseThrow();
    assertFalse(decider.release(first.id() + 1, Feedback.NONE, now));
    assertTrue(decider.release(first.id(), Feedback.NONE, now));
    assertFalse(decider.release(first.id(), Feedback.NONE, now));
    assertTrue(decider.live(now).isEmpty());
    assertTrue(decider.decide(scan, now + MINUTE).verdict().isEmpty());
  }

  @Test
  void idsGoOnAfterARestartEvenOfOldState() throws IOException {
    long now = 100 * SECOND;
    byte[] old = StateBytes.of(decider, Decider::write);
    Verdict lost =
        decider.decide(Cases.model(SCANNER, "a", Action.THROTTLE), now).verdict().orElseThrow();
    Decider restarted =
        StateBytes.read(old, in -> Decider.read(in, 64, POLICY, PROTECTION, 8, "boot"));
    Verdict next =
        restarted
            .decide(Cases.model(SCANNER, "b", Action.THROTTLE), now + 1)
            .verdict()
            .orElseThrow();
    assertTrue(next.id() > lost.id(), "ids follow the clock of this boot");
  }

  @Test
  void subjectsAreBoundedAndThoseUnderAVerdictStay() {
    long now = 100 * SECOND;
    for (int i = 0; i < 30; i++) {
      decider.decide(Cases.model(process(i), "a", Action.THROTTLE), now);
    }
    for (int i = 1000; i < 3000; i++) {
      decider.decide(Cases.model(process(i), "a", Action.OBSERVE), now);
    }
    assertEquals(64, decider.size());
    assertEquals(30, decider.live(now).size());
    assertEquals(2030 - 64, decider.forgotten());
    for (long tick = 0; tick < 2000; tick++) {
      now += MINUTE;
      decider.onTick(now);
    }
    assertEquals(0, decider.size(), "quiet empties it");
    assertEquals(0, decider.incidents().size());
  }

  @Test
  void stateComesBackAndDamageIsRefused() throws IOException {
    long now = 100 * SECOND;
    for (int i = 0; i < 10; i++) {
      Finding finding = Cases.model(process(i), "d" + i % 3, Action.THROTTLE);
      Ruling ruling = decider.decide(finding, now + i);
      decider.incident(finding, ruling, ruling.outcome(), now + i);
    }
    Decider read =
        StateBytes.roundTrip(
            decider, Decider::write, in -> Decider.read(in, 64, POLICY, PROTECTION, 8, "boot"));
    assertEquals(decider.live(now), read.live(now));
    assertEquals(10, read.live(now).size());
    StateBytes.refusesOtherVersions(
        decider, Decider::write, in -> Decider.read(in, 64, POLICY, PROTECTION, 8, "boot"));
    long later = now + SECOND;
    StateBytes.survivesDamage(
        decider,
        Decider::write,
        in -> Decider.read(in, 64, POLICY, PROTECTION, 8, "boot"),
        d -> {
          d.decide(Cases.model(SCANNER, "d1", Action.THROTTLE), later);
          List<Incident> told = d.onTick(later);
          assertTrue(told.size() <= 8);
        },
        20_000);
    Decider narrower =
        StateBytes.read(
            StateBytes.of(decider, Decider::write),
            in -> Decider.read(in, 64, POLICY, PROTECTION, 2, "boot"));
    assertEquals(2, narrower.incidents().size());
  }

  private static ProcessInfo process(int number) {
    return Cases.process(10_000 + number, 1000, new FileIdentity(9, number));
  }
}
