/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import static io.ringward.decide.Cases.MINUTE;
import static io.ringward.decide.Cases.PROTECTION;
import static io.ringward.decide.Cases.SCANNER;
import static io.ringward.decide.Cases.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.decide.Policy.Mode;
import io.ringward.kernel.Action;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A verdict in force goes down, step by step, while its subject behaves. */
final class RecoveryTest {
  private static final Policy POLICY = Policy.standard(Mode.ENFORCE);
  private static final Finding SCAN = Cases.model(SCANNER, "connect-scan", Action.THROTTLE);

  private final Decider decider = new Decider(64, POLICY, PROTECTION, new IncidentBook(8, "boot"));
  private final List<Consequence> followed = new ArrayList<>();
  private long now = 1000 * SECOND;

  private Optional<Verdict> found(Finding finding) {
    Ruling ruling = decider.decide(finding, now);
    decider.incident(finding, ruling, ruling.outcome(), now);
    return ruling.verdict();
  }

  /** A verdict that lasts longer than its recovery: the third, a block for 15 minutes. */
  private Verdict blocked() {
    Verdict last = found(SCAN).orElseThrow();
    for (int i = 0; i < 85; i++) {
      now += 3 * SECOND;
      last = found(SCAN).orElse(last);
    }
    assertEquals(Action.BLOCK, last.action());
    assertTrue(last.expiryNanos() - now > 4 * MINUTE);
    return last;
  }

  private void pass(long nanos) {
    for (long end = now + nanos; now < end; ) {
      now += SECOND;
      decider.onTick(now);
      followed.addAll(decider.takeConsequences());
    }
  }

  @Test
  void quietLowersItStepByStepAndEndsItEarly() {
    Verdict block = blocked();
    pass(59 * SECOND);
    assertEquals(List.of(block), decider.live(now), "not yet");
    pass(3 * SECOND);
    Verdict throttle = decider.live(now).getFirst();
    assertEquals(Action.THROTTLE, throttle.action());
    assertEquals(block.expiryNanos(), throttle.expiryNanos(), "it ends when the other would have");
    assertEquals(new Consequence.Ease(throttle, block.id()), followed.getFirst());
    Incident told = ((Consequence.Tell) followed.get(1)).incident();
    assertEquals("recovered: eased from block to throttle", told.outcome());
    assertEquals(Optional.of(throttle), told.verdict());
    pass(61 * SECOND);
    assertEquals(Action.WATCH, decider.live(now).getFirst().action());
    pass(61 * SECOND);
    assertTrue(decider.live(now).isEmpty());
    assertTrue(now < block.expiryNanos());
    Incident last = ((Consequence.Tell) followed.getLast()).incident();
    assertEquals(Optional.empty(), last.verdict());
    assertEquals(3, decider.takeStanding(now).orElseThrow().eased());
  }

  @Test
  void hitsInTheKernelAndFindingsKeepItUp() {
    Verdict block = blocked();
    for (int i = 0; i < 4; i++) {
      pass(30 * SECOND);
      decider.onHit(block.id(), now);
      pass(20 * SECOND);
      found(SCAN);
    }
    assertEquals(Action.BLOCK, decider.live(now).getFirst().action());
  }

  @Test
  void whileEventsAreLostQuietProvesNothing() {
    Verdict block = blocked();
    decider.onLosses(true, now);
    pass(2 * MINUTE);
    assertEquals(List.of(block), decider.live(now));
    decider.onLosses(false, now);
    pass(55 * SECOND);
    assertEquals(List.of(block), decider.live(now));
    pass(10 * SECOND);
    assertEquals(Action.THROTTLE, decider.live(now).getFirst().action());
  }

  @Test
  void whatARuleAskedForIsKeptInFullAndFreezeIsNotEased() {
    Verdict asked = found(Cases.rule(SCANNER, "r", Action.BLOCK, 10 * MINUTE)).orElseThrow();
    Verdict frozen = found(Cases.rule(Cases.SHELL, "f", Action.FREEZE, MINUTE)).orElseThrow();
    pass(50 * SECOND);
    assertEquals(List.of(asked, frozen), sorted());
    pass(8 * MINUTE);
    assertEquals(List.of(asked), sorted());
    assertTrue(followed.isEmpty());
  }

  @Test
  void afterARelapseItIsAtItsStartAgainAndNotBelow() {
    blocked();
    pass(125 * SECOND);
    assertEquals(Action.WATCH, decider.live(now).getFirst().action());
    assertEquals(Action.THROTTLE, found(SCAN).orElseThrow().action());
  }

  private List<Verdict> sorted() {
    return decider.live(now).stream()
        .sorted((one, other) -> Long.compare(one.id(), other.id()))
        .toList();
  }
}
