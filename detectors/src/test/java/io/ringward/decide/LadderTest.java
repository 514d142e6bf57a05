/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import static io.ringward.decide.Cases.MINUTE;
import static io.ringward.decide.Cases.PROTECTION;
import static io.ringward.decide.Cases.SCANNER;
import static io.ringward.decide.Cases.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.decide.Policy.Mode;
import io.ringward.kernel.Action;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The steps of the ladder, one by one. */
final class LadderTest {
  private static final Policy POLICY = Policy.standard(Mode.ENFORCE);
  private static final Finding SCAN = Cases.model(SCANNER, "connect-scan", Action.THROTTLE);

  private SubjectState state = SubjectState.NEW;
  private long now = 1000 * SECOND;
  private long nextId = 1;

  @Test
  void aModelBeginsAtThrottleAndBlocksOnRepetitionAndGoesNoFurther() {
    Verdict throttle = decide(SCAN).verdict().orElseThrow();
    assertEquals(Action.THROTTLE, throttle.action());
    assertEquals(Optional.of(new TokenRate(2, 5)), throttle.rate());
    assertEquals(new Subject.ProcessTree(SCANNER.key()), throttle.subject());
    assertEquals(12, throttle.causeNanos());
    assertFalse(throttle.shadow());
    now += SECOND / 10;
    Ruling same = decide(SCAN);
    assertTrue(same.verdict().isEmpty());
    assertEquals("already under verdict 1: throttle for 1 min more", same.outcome());
    Optional<Verdict> block = Optional.empty();
    int strikes = 0;
    while (block.isEmpty()) {
      now += 2 * SECOND;
      Ruling ruling = decide(SCAN);
      block = ruling.verdict();
      strikes++;
      if (block.isPresent()) {
        assertEquals(throttle.id(), ruling.supersedes().orElseThrow());
      }
    }
    assertEquals(POLICY.strikesToEscalate(), strikes);
    assertEquals(Action.BLOCK, block.get().action());
    for (int i = 0; i < 2000; i++) {
      now += 2 * SECOND;
      decide(SCAN).verdict().ifPresent(v -> assertEquals(Action.BLOCK, v.action()));
    }
  }

  @Test
  void aStormsEarlyFindingsAreOneStrike() {
    decide(SCAN);
    for (int i = 0; i < 1000; i++) {
      now += SECOND / 1000;
      assertTrue(decide(SCAN).verdict().isEmpty());
    }
  }

  @Test
  void aModelThatAsksForAWatchThrottlesAtMost() {
    Finding odd = Cases.model(SCANNER, "program-model", Action.WATCH);
    assertEquals(Action.WATCH, decide(odd).verdict().orElseThrow().action());
    Action highest = Action.WATCH;
    for (int i = 0; i < 100; i++) {
      now += 2 * SECOND;
      Optional<Verdict> verdict = decide(odd).verdict();
      if (verdict.isPresent()) {
        highest = verdict.get().action();
        assertEquals(
            highest == Action.THROTTLE ? Optional.of(POLICY.escalationRate()) : Optional.empty(),
            verdict.get().rate());
      }
    }
    assertEquals(Action.THROTTLE, highest);
  }

  @Test
  void aRuleGetsWhatItAsksForAndNoMore() {
    Finding rule = Cases.rule(SCANNER, "no-scans", Action.BLOCK, 5 * MINUTE);
    Verdict block = decide(rule).verdict().orElseThrow();
    assertEquals(Action.BLOCK, block.action());
    assertEquals(5 * MINUTE, block.expiryNanos() - block.issuedNanos());
    for (int i = 0; i < 1000; i++) {
      now += 10 * SECOND;
      decide(rule).verdict().ifPresent(v -> assertEquals(Action.BLOCK, v.action()));
    }
    assertEquals(
        Action.KILL,
        decide(Cases.rule(SCANNER, "kill", Action.KILL, MINUTE)).verdict().orElseThrow().action());
  }

  @Test
  void durationsGrowByRepetitionUpToTheLongest() {
    Finding rule = Cases.rule(SCANNER, "r", Action.THROTTLE, 10 * MINUTE);
    for (long minutes : new long[] {10, 50, 60, 60}) {
      Verdict verdict = decide(rule).verdict().orElseThrow();
      assertEquals(minutes * MINUTE, verdict.expiryNanos() - verdict.issuedNanos());
      now = verdict.expiryNanos() + SECOND;
      state = refresh(rule);
    }
  }

  @Test
  void aVerdictThatRunsOutIsRenewedWhileItGoesOn() {
    Finding rule = Cases.rule(SCANNER, "r", Action.THROTTLE, MINUTE);
    long first = decide(rule).verdict().orElseThrow().id();
    now += 40 * SECOND;
    assertTrue(decide(rule).verdict().isEmpty());
    now += 10 * SECOND;
    Ruling renewed = decide(rule);
    assertEquals(first, renewed.supersedes().orElseThrow());
    assertEquals(
        5 * MINUTE,
        renewed.verdict().orElseThrow().expiryNanos() - renewed.verdict().get().issuedNanos());
  }

  @Test
  void quietTimeLeadsDownAndAtLastNothingIsLeft() {
    decide(SCAN);
    for (int i = 0; i < 3; i++) {
      now += 2 * SECOND;
      decide(SCAN);
    }
    assertEquals(Action.BLOCK, level());
    now += POLICY.decayNanos();
    assertEquals(Action.THROTTLE, level());
    now += POLICY.decayNanos();
    assertEquals(Action.WATCH, level());
    now += POLICY.decayNanos();
    assertEquals(Action.OBSERVE, level());
    now += 20 * POLICY.decayNanos();
    assertTrue(state.isOver(POLICY, now));
  }

  @Test
  void whatIsReleasedIsMuteForAWhileAndLongerEachTime() {
    long mute = POLICY.muteNanos();
    for (int release = 0; release < 3; release++) {
      Verdict verdict = decide(SCAN).verdict().orElseThrow();
      state = Ladder.released(state, verdict.id(), Feedback.NONE, POLICY, now);
      assertTrue(state.live(now).isEmpty());
      now += mute - SECOND;
      Ruling muted = decide(SCAN);
      assertTrue(muted.verdict().isEmpty());
      assertEquals("released by an operator: muted for 1 s more", muted.outcome());
      Finding other = Cases.model(SCANNER, "port-scan", Action.THROTTLE);
      assertTrue(decide(other).verdict().isPresent(), "another detector is not muted");
      state = Ladder.withdrawn(state, nextId - 1, now);
      now += SECOND;
      mute *= 2;
    }
    assertTrue(decide(SCAN).verdict().isPresent());
  }

  @Test
  void theProtectedGetNoVerdict() {
    for (var process : List.of(Cases.INIT, Cases.AGENT, Cases.SERVER)) {
      Ruling ruling = decide(Cases.rule(process, "kill", Action.KILL, MINUTE));
      assertTrue(ruling.verdict().isEmpty());
      assertTrue(ruling.outcome().startsWith("protected: "), ruling.outcome());
    }
    Ruling user =
        decide(Cases.rule(Cases.process(500, 1000, Cases.SSHD), "kill", Action.KILL, MINUTE));
    assertTrue(user.verdict().isPresent(), "sshd's file run by a user is nobody's sshd");
  }

  @Test
  void inShadowAllIsDecidedAndMarked() {
    Ruling ruling =
        Ladder.decide(state, SCAN, POLICY.withMode(Mode.SHADOW), PROTECTION, now, nextId++);
    assertTrue(ruling.verdict().orElseThrow().shadow());
    assertTrue(ruling.outcome().startsWith("shadow: would throttle for 1 min"), ruling.outcome());
  }

  @Test
  void theOutcomeSaysWhatThisKernelCanRefuse() {
    assertEquals(
        "throttle for 1 min; this kernel's rung throttles connect, and not fork",
        decide(SCAN).outcome());
    state = SubjectState.NEW;
    Policy all = POLICY.withEnforceable(new Enforceable(EnumSet.allOf(Operation.class), Set.of()));
    assertEquals(
        "throttle for 1 min", Ladder.decide(state, SCAN, all, PROTECTION, now, nextId++).outcome());
    Policy none =
        POLICY.withEnforceable(
            new Enforceable(EnumSet.of(Operation.BIND), EnumSet.allOf(Operation.class)));
    assertEquals(
        "throttle for 1 min; this kernel's rung can throttle none of it: connect, fork",
        Ladder.decide(state, SCAN, none, PROTECTION, now, nextId++).outcome());
  }

  @Test
  void aSubjectHasOnlySoManyVerdictsAtOnce() {
    int given = 0;
    for (int i = 0; i < 10; i++) {
      given += decide(Cases.model(SCANNER, "d" + i, Action.THROTTLE)).verdict().isPresent() ? 1 : 0;
    }
    assertEquals(POLICY.liveVerdicts(), given);
    assertEquals(POLICY.liveVerdicts(), state.live(now).size());
  }

  @Test
  void detectorsBeyondTheBoundAreForgottenButNotThoseWithAVerdict() {
    decide(SCAN);
    for (int i = 0; i < 100; i++) {
      decide(Cases.model(SCANNER, "alert" + i, Action.OBSERVE));
    }
    assertEquals(SubjectState.SOURCES, state.sources().size());
    assertEquals(1, state.live(now).size());
  }

  @Test
  void aFindingWithoutAProposalIsAnAlert() {
    Ruling ruling = decide(Cases.rule(SCANNER, "tell", Action.OBSERVE, MINUTE));
    assertEquals("alert only", ruling.outcome());
    assertTrue(ruling.verdict().isEmpty());
  }

  @Test
  void theTreesRootIsBelowWhoIsProtected() {
    assertEquals(Cases.SHELL.key(), PROTECTION.treeRoot(SCAN));
    assertEquals(
        SCANNER.key(),
        PROTECTION.treeRoot(
            new Finding(
                SCAN.source(),
                SCAN.detector(),
                SCAN.priority(),
                1,
                SCANNER,
                List.of(Cases.AGENT, Cases.SHELL),
                "",
                1,
                List.of(),
                Optional.empty(),
                List.of())));
    assertEquals(
        Cases.process(9, 0, new FileIdentity(1, 1)).key(),
        Protection.NONE.treeRoot(
            Cases.rule(Cases.process(9, 0, new FileIdentity(1, 1)), "r", Action.BLOCK, MINUTE)));
  }

  private Ruling decide(Finding finding) {
    Ruling ruling = Ladder.decide(state, finding, POLICY, PROTECTION, now, nextId++);
    state = ruling.state();
    return ruling;
  }

  private SubjectState refresh(Finding finding) {
    return state.with(state.source(finding.detector()).orElseThrow().seen(now), now);
  }

  private Action level() {
    return state.source("connect-scan").orElseThrow().decayed(POLICY, now).level();
  }
}
