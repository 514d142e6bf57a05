/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringward.kernel.Action;
import io.ringward.kernel.Event;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Verdicts on memory that becomes executable, modules, ptrace, bpf, mounts and users, by whatever
 * rung this kernel has: each test asks the ladder first, and then holds the kernel to what the
 * ladder has said. One opening for all: each test has an actor of its own, and gives its verdicts
 * back.
 */
final class ActRefusalTest {
  private static final int KILLED = 9;

  /** What the exit of a deed says: src/test/c/actor/deed.c. */
  private static final int CANNOT = 77;

  private static final int REFUSED = 78;
  private static final int AGAIN = 79;

  /** The deeds that come by hooks of an operation, the first by its signal's rung too. */
  private static final Map<Operation, List<String>> DEEDS =
      Map.of(
          Operation.MEMORY_EXEC, List.of("mmap", "mprotect", "mprotectfile", "mmapmemfd"),
          Operation.MODULE_LOAD, List.of("module"),
          Operation.PTRACE, List.of("ptrace", "traceme", "writev", "readv", "getfd", "procmem"),
          Operation.BPF, List.of("bpf"),
          Operation.MOUNT, List.of("mount", "umount"),
          Operation.SETUID, List.of("setuid", "setgid"));

  private static HostKernelFixture fixture;

  @BeforeAll
  static void open() throws IOException {
    fixture = HostKernelFixture.enforcing();
  }

  @AfterAll
  static void close() throws IOException {
    if (fixture != null) {
      fixture.close();
    }
  }

  private static String rung(String capability) {
    return fixture.kernel().rungs().stream()
        .filter(rung -> rung.capability().equals(capability))
        .map(CapabilityRung::rung)
        .findFirst()
        .orElseThrow();
  }

  private static Verdict block(Actor actor, Operation operation) {
    return HostKernelFixture.verdict(fixture.tree(actor), Action.BLOCK, EnumSet.of(operation));
  }

  /** Three tokens, and no other while the test runs. */
  private static Verdict throttle(Actor actor, Operation operation) {
    Verdict verdict = block(actor, operation);
    Subject subject = verdict.subject();
    return new Verdict(
        verdict.id(),
        subject,
        Action.THROTTLE,
        verdict.operations(),
        Optional.of(new TokenRate(0.0001, 3)),
        verdict.issuedNanos(),
        verdict.expiryNanos(),
        verdict.causeNanos(),
        false,
        verdict.source(),
        verdict.reason());
  }

  /** How a child of the actor's ends that does it: its exit status, or the signal. */
  private static int does(Actor actor, String deed) {
    String program = ActorStage.program().resolveSibling("deed").toString();
    int status = Integer.parseInt(actor.ask("run " + program + " " + deed).split(" ", -1)[1]);
    return (status & 0x7f) != 0 ? status & 0x7f : status >> 8;
  }

  /** What the kernel does without a verdict: 0, but for what it does not have. */
  private static boolean isPossible(Actor actor, String deed) {
    int outcome = does(actor, deed);
    assertTrue(outcome == 0 || outcome == CANNOT, () -> deed + " ends with " + outcome);
    return outcome == 0;
  }

  @Test
  void whatIsBlockedIsRefusedOrEndsTheProcessAsTheLadderSays() {
    Actor actor = fixture.stage().start();
    Actor bystander = fixture.stage().start();
    for (Map.Entry<Operation, List<String>> each : DEEDS.entrySet()) {
      Operation operation = each.getKey();
      String rung = rung("block_" + operation.label());
      List<String> possible =
          each.getValue().stream().filter(deed -> isPossible(actor, deed)).toList();
      Verdict verdict = block(actor, operation);
      if (rung.equals("none")) {
        fixture.beat();
        Outcome outcome = fixture.kernel().verdicts().apply(verdict);
        String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
        assertTrue(why.contains("nothing on this kernel can block " + operation.label()), why);
        continue;
      }
      fixture.apply(verdict);
      int expected = rung.equals("signal") ? KILLED : REFUSED;
      long refused = 0;
      for (String deed : possible) {
        if (rung.equals("signal") && deed.equals("procmem")) {
          continue; // An open: no system call of its own.
        }
        assertEquals(expected, does(actor, deed), deed);
        refused++;
      }
      assertTrue(fixture.hits(verdict) >= refused, () -> operation + " " + fixture.hits(verdict));
      assertEquals(0, does(actor, "library"), "a library is mapped as ever");
      assertTrue(actor.answers());
      if (!possible.isEmpty()) {
        assertTrue(isPossible(bystander, possible.getFirst()));
        Event.Enforcement told =
            fixture
                .events(Event.Enforcement.class, event -> event.verdictId() == verdict.id())
                .getFirst();
        assertEquals(operation, told.operation());
        assertEquals(rung.equals("signal") ? 0 : 1, told.errno());
      }
      assertTrue(fixture.kernel().verdicts().release(verdict.id()));
      possible.forEach(deed -> assertTrue(isPossible(actor, deed), deed));
    }
  }

  @Test
  void whatIsThrottledIsToldToRetryOnceItsBurstIsUsed() {
    Actor actor = fixture.stage().start();
    for (Operation operation : EnumSet.of(Operation.BPF, Operation.SETUID)) {
      Verdict verdict = throttle(actor, operation);
      fixture.beat();
      Outcome outcome = fixture.kernel().verdicts().apply(verdict);
      if (rung("throttle_" + operation.label()).equals("none")) {
        String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
        assertTrue(why.contains("nothing on this kernel can throttle"), why);
        continue;
      }
      assertInstanceOf(Outcome.Applied.class, outcome);
      String deed = DEEDS.get(operation).getFirst();
      for (int turn = 0; turn < 5; turn++) {
        assertEquals(turn < 3 ? 0 : AGAIN, does(actor, deed));
      }
      assertEquals(2, fixture.hits(verdict));
      assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    }
  }

  @Test
  void inShadowNothingIsRefusedAndAllIsCounted() {
    Actor actor = fixture.stage().start();
    assumeTrue(!rung("block_bpf").equals("none"), "nothing here blocks bpf");
    Verdict verdict = HostKernelFixture.shadow(block(actor, Operation.BPF));
    fixture.apply(verdict);
    assertEquals(0, does(actor, "bpf"));
    assertEquals(1, fixture.hits(verdict));
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
  }

  @Test
  void whatKillsAtASystemCallIsThereOnlyWhileAVerdictNeedsIt() {
    assumeTrue(rung("block_setuid").equals("signal"), "hooks refuse here");
    Actor actor = fixture.stage().start();
    Verdict kill = HostKernelFixture.kill(fixture.tree(fixture.stage().start()));
    fixture.apply(kill); // names every operation, and needs no hook for it
    assertFalse(fixture.kernel().verdicts().answeredBySignal().contains(Operation.SETUID));
    Verdict verdict = block(actor, Operation.SETUID);
    fixture.apply(verdict);
    assertTrue(fixture.kernel().verdicts().answeredBySignal().contains(Operation.SETUID));
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    ActorStage.await(
        "the programs to be detached",
        () -> fixture.kernel().verdicts().answeredBySignal().isEmpty());
  }

  @Test
  void aBlockThatIsASignalDoesNotOutliveTheAgent() {
    assumeTrue(rung("block_ptrace").equals("signal"), "hooks refuse here");
    Actor actor = fixture.stage().start();
    Verdict verdict = block(actor, Operation.PTRACE);
    Verdict persisting =
        new Verdict(
            verdict.id(),
            verdict.subject(),
            Action.BLOCK,
            verdict.operations(),
            Optional.empty(),
            verdict.issuedNanos(),
            verdict.expiryNanos(),
            verdict.causeNanos(),
            false,
            true,
            verdict.source(),
            verdict.reason());
    fixture.beat();
    Outcome outcome = fixture.kernel().verdicts().apply(persisting);
    String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
    assertTrue(why.contains("block of ptrace cannot persist here"), why);
  }
}
