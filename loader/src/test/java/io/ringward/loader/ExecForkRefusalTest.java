/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Action;
import io.ringward.kernel.Event;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Verdicts on exec and fork, by whatever rung this kernel has: each test asks the ladder first, and
 * then holds the kernel to what the ladder has said.
 */
final class ExecForkRefusalTest {
  private static final String PROGRAM = "/bin/true";

  private HostKernelFixture fixture;
  private Actor actor;

  @BeforeEach
  void open() throws IOException {
    fixture = HostKernelFixture.enforcing();
    actor = fixture.stage().start();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private String rung(String capability) {
    return fixture.kernel().rungs().stream()
        .filter(rung -> rung.capability().equals(capability))
        .map(CapabilityRung::rung)
        .findFirst()
        .orElseThrow();
  }

  private Verdict block(Operation operation) {
    return HostKernelFixture.verdict(fixture.tree(actor), Action.BLOCK, EnumSet.of(operation));
  }

  private Verdict throttle(Subject subject, Operation operation, int burst) {
    Verdict verdict = HostKernelFixture.verdict(subject, Action.BLOCK, EnumSet.of(operation));
    return new Verdict(
        verdict.id(),
        subject,
        Action.THROTTLE,
        verdict.operations(),
        Optional.of(new TokenRate(0.0001, burst)),
        verdict.issuedNanos(),
        verdict.expiryNanos(),
        verdict.causeNanos(),
        false,
        verdict.source(),
        verdict.reason());
  }

  @Test
  void aBlockedExecIsRefusedOrEndsTheNewProgramAsTheLadderSays() {
    Actor bystander = fixture.stage().start();
    assertEquals(Tally.allowed(2), actor.execs(PROGRAM, 2));
    Verdict verdict = block(Operation.EXEC);
    fixture.apply(verdict);
    Tally expected =
        switch (rung("block_exec")) {
          case "lsm", "fmod_ret" -> Tally.refused(3);
          case "signal" -> new Tally(0, 0, 0, 3);
          case String other -> throw new AssertionError("no rung for exec: " + other);
        };
    assertEquals(expected, actor.execs(PROGRAM, 3));
    assertEquals(3, fixture.hits(verdict));
    assertEquals(Tally.allowed(1), bystander.execs(PROGRAM, 1));
    assertEquals(Tally.allowed(2), actor.forks(2), "fork is not covered");
    Event.Enforcement told =
        fixture
            .events(Event.Enforcement.class, event -> event.verdictId() == verdict.id())
            .getFirst();
    assertEquals(Operation.EXEC, told.operation());
    assertEquals(rung("block_exec").equals("signal") ? 0 : 1, told.errno());
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals(Tally.allowed(2), actor.execs(PROGRAM, 2));
  }

  @Test
  void aBlockedForkIsRefusedOrTheVerdictIs() {
    Verdict verdict = block(Operation.FORK);
    if (rung("block_fork").equals("none")) {
      fixture.beat();
      Outcome outcome = fixture.kernel().verdicts().apply(verdict);
      String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
      assertTrue(why.contains("nothing on this kernel can block fork"), why);
      assertEquals(Tally.allowed(2), actor.forks(2));
      return;
    }
    fixture.apply(verdict);
    assertEquals(Tally.refused(3), actor.forks(3));
    assertEquals("left", actor.ask("leave"), "a new thread is no new process");
    assertTrue(actor.answers());
  }

  @Test
  void aThrottledExecOrForkGetsItsBurstExactlyAndThenIsToldToRetry() {
    for (Operation operation : EnumSet.of(Operation.EXEC, Operation.FORK)) {
      Verdict verdict = throttle(fixture.tree(actor), operation, 3);
      fixture.beat();
      Outcome outcome = fixture.kernel().verdicts().apply(verdict);
      String rung = rung("throttle_" + operation.label());
      if (rung.equals("none") || rung.equals("cgroup_controllers")) {
        String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
        assertTrue(
            why.contains(
                rung.equals("none")
                    ? "nothing on this kernel can throttle"
                    : "its forks cannot be throttled"),
            why);
        continue;
      }
      assertInstanceOf(Outcome.Applied.class, outcome);
      assertEquals(
          new Tally(3, 7, 0, 0),
          operation == Operation.EXEC ? actor.execs(PROGRAM, 10) : actor.forks(10));
      assertEquals(7, fixture.hits(verdict));
      assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    }
  }

  @Test
  void aTreeDrawsItsForksFromOneBucket() {
    if (!List.of("lsm", "fmod_ret").contains(rung("throttle_fork"))) {
      return; // Said by the test above: without a group of its own, such a verdict is refused.
    }
    Actor child = actor.fork();
    fixture.apply(throttle(fixture.tree(actor), Operation.FORK, 4));
    Tally first = child.forks(10);
    Tally second = actor.forks(10);
    assertEquals(4, first.ok() + second.ok());
    assertEquals(16, first.eagain() + second.eagain());
  }

  @Test
  void inShadowNothingIsRefusedAndAllIsCounted() {
    Verdict verdict = HostKernelFixture.shadow(block(Operation.EXEC));
    fixture.apply(verdict);
    assertEquals(Tally.allowed(3), actor.execs(PROGRAM, 3));
    assertEquals(3, fixture.hits(verdict));
  }
}
