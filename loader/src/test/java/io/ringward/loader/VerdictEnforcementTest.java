/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static io.ringward.loader.HostKernelFixture.block;
import static io.ringward.loader.HostKernelFixture.throttle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BootClock;
import io.ringward.kernel.Action;
import io.ringward.kernel.Decision;
import io.ringward.kernel.Event;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.kernel.WireLayouts;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a verdict does to the operations of its subject, and when it does nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VerdictEnforcementTest {
  private HostKernelFixture opened;
  private HostKernelFixture fixture;
  private Actor actor;

  @BeforeAll
  void openKernel() throws IOException {
    opened = HostKernelFixture.enforcing();
  }

  @AfterAll
  void closeKernel() throws IOException {
    if (opened != null) {
      opened.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    fixture = opened.forOneTest();
    actor = fixture.stage().start();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void blockRefusesAllWaysOfTheSubjectAndNobodyElses() {
    Actor bystander = fixture.stage().start();
    fixture.apply(block(fixture.tree(actor)));
    for (String how : List.of("connect4", "connect6", "mapped", "udp4", "fastopen")) {
      assertEquals(Tally.refused(1), actor.connect(how, ActorStage.PORT, 1), how);
      assertEquals(Tally.allowed(1), bystander.connect(how, ActorStage.PORT, 1), how);
    }
    for (String how : List.of("bind4", "bind6", "bindmapped")) {
      assertEquals(Tally.refused(1), actor.bind(how, 1), how);
      assertEquals(Tally.allowed(1), bystander.bind(how, 1), how);
    }
    assertTrue(
        fixture.by(actor, Event.Connect.class).stream()
            .allMatch(event -> event.decision() == Decision.BLOCKED));
  }

  @Test
  void maskLeavesOtherOperationsAlone() {
    fixture.apply(
        HostKernelFixture.verdict(
            fixture.tree(actor), Action.BLOCK, EnumSet.of(Operation.CONNECT)));
    assertEquals(Tally.refused(1), actor.connect(1));
    assertEquals(Tally.allowed(1), actor.bind("bind4", 1));
  }

  @Test
  void throttleGivesItsBurstExactlyAndThenSaysRetry() {
    Verdict verdict = throttle(fixture.tree(actor), 5);
    fixture.apply(verdict);
    assertEquals(new Tally(5, 15, 0, 0), actor.connect(20));
    assertEquals(15, fixture.hits(verdict));
    List<Decision> decisions =
        fixture.by(actor, Event.Connect.class).stream().map(Event.Connect::decision).toList();
    assertEquals(5, decisions.stream().filter(decision -> decision == Decision.ALLOWED).count());
    assertEquals(15, decisions.stream().filter(decision -> decision == Decision.THROTTLED).count());
  }

  @Test
  void firstHitIsToldAtOnceAndThenOnceASecondWithTheExactCount() {
    Verdict verdict = block(fixture.tree(actor));
    fixture.apply(verdict);
    long hits = 0;
    List<Event.Enforcement> told = List.of();
    // Until a second has passed for the kernel, however long that takes here.
    while (told.size() < 3) {
      fixture.beat();
      hits += actor.connect(500).eperm();
      told = fixture.events(Event.Enforcement.class, event -> event.verdictId() == verdict.id());
      assertEquals(1, told.getFirst().hits());
    }
    assertEquals(hits, fixture.hits(verdict));
    for (int i = 1; i < told.size(); i++) {
      long gap =
          told.get(i).header().kernelTimeNanos() - told.get(i - 1).header().kernelTimeNanos();
      // The event is stamped a moment after the hit is.
      assertTrue(gap > 990_000_000L, () -> "two events within " + gap + " ns");
      assertTrue(told.get(i).hits() > told.get(i - 1).hits());
    }
    Event.Enforcement first = told.getFirst();
    assertEquals(Action.BLOCK, first.action());
    assertEquals(Operation.CONNECT, first.operation());
    assertEquals(1, first.errno());
    assertFalse(first.shadow());
    assertEquals(fixture.key(actor), first.header().process());
  }

  @Test
  void expiryEndsItInTheKernelAndInTheTable() {
    Verdict verdict =
        HostKernelFixture.expiring(block(fixture.tree(actor)), BootClock.nanos() + 1_500_000_000L);
    fixture.apply(verdict);
    assertEquals(Tally.refused(1), actor.connect(1));
    ActorStage.await("the expiry", () -> BootClock.nanos() > verdict.expiryNanos());
    fixture.beat();
    assertEquals(Tally.allowed(1), actor.connect(1));
    assertTrue(fixture.kernel().verdicts().inForce().isEmpty());
  }

  @Test
  void releaseEndsIt() {
    Verdict verdict = block(fixture.tree(actor));
    fixture.apply(verdict);
    assertEquals(Tally.refused(1), actor.connect(1));
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals(Tally.allowed(1), actor.connect(1));
    assertFalse(fixture.kernel().verdicts().release(verdict.id()));
  }

  @Test
  void silenceOfTheAgentEndsItWithinTheHeartbeatsBound() {
    fixture.apply(block(fixture.tree(actor)));
    assertEquals(Tally.refused(1), actor.connect(1));
    long lastBeat = BootClock.nanos();
    ActorStage.await(
        "the heartbeat's bound",
        () -> BootClock.nanos() - lastBeat > WireLayouts.HEARTBEAT_LIMIT_NANOS);
    assertEquals(Tally.allowed(1), actor.connect(1));
    fixture.beat();
    assertEquals(Tally.refused(1), actor.connect(1));
  }

  @Test
  void shadowOfAVerdictCountsAndRefusesNothing() {
    Verdict verdict = HostKernelFixture.shadow(block(fixture.tree(actor)));
    fixture.apply(verdict);
    assertEquals(Tally.allowed(3), actor.connect(3));
    assertEquals(3, fixture.hits(verdict));
    assertTrue(
        fixture
            .only(
                "enforcement", Event.Enforcement.class, event -> event.verdictId() == verdict.id())
            .shadow());
  }

  @Test
  void shadowModeCountsAndRefusesNothing() throws IOException {
    try (HostKernelFixture shadow = new HostKernelFixture(HostKernelFixture.options())) {
      Actor watched = shadow.stage().start();
      Verdict block = block(shadow.tree(watched));
      shadow.apply(block);
      assertEquals(Tally.allowed(3), watched.connect(3));
      assertEquals(3, shadow.hits(block));
      shadow.apply(HostKernelFixture.kill(shadow.tree(watched)));
      assertEquals(Tally.allowed(1), watched.connect(1));
      assertTrue(watched.isAlive());
    }
  }

  @Test
  void strictestVerdictCounts() {
    fixture.apply(throttle(fixture.tree(actor), 100));
    Verdict block = block(fixture.tree(actor));
    fixture.apply(block);
    assertEquals(Tally.refused(1), actor.connect(1));
    assertTrue(fixture.kernel().verdicts().release(block.id()));
    assertEquals(Tally.allowed(1), actor.connect(1));
    fixture.apply(throttle(fixture.tree(actor), 1));
    assertEquals(Tally.allowed(3), actor.connect(3), "of two equal rates the first stands");
  }

  @Test
  void cgroupVerdictCoversGroupsBelowAndOnlyThose() throws IOException {
    ActorStage stage = fixture.stage();
    Path above = stage.cgroup("above");
    Path below = stage.cgroup(above, "below");
    Path beside = stage.cgroup("beside");
    stage.move(actor, below);
    Actor outside = stage.start(beside);
    Verdict verdict = block(new Subject.ControlGroup(ControlGroups.id(above)));
    assertEquals(0, fixture.apply(verdict).processes());
    assertEquals(Tally.refused(1), actor.connect(1));
    assertEquals(Tally.allowed(1), outside.connect(1));
    stage.move(outside, above);
    assertEquals(Tally.refused(1), outside.connect(1));
    assertEquals(2, fixture.hits(verdict));
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals(Tally.allowed(1), actor.connect(1));
  }

  @Test
  void agentAndItsAncestorsAndInitAreProtected() {
    int self = (int) ProcessHandle.current().pid();
    int parent = (int) ProcessHandle.current().parent().orElseThrow().pid();
    for (int pid : new int[] {self, parent, 1, 2}) {
      Optional<ProcessKey> found = fixture.kernel().findProcess(pid);
      if (found.isEmpty() && pid == 1) {
        System.err.println("skipped: this kernel hides init from task iterators");
        continue;
      }
      Outcome outcome =
          fixture.kernel().verdicts().apply(block(new Subject.ProcessTree(found.orElseThrow())));
      assertInstanceOf(Outcome.SubjectProtected.class, outcome, "pid " + pid);
    }
    // The actor is a child of this process, and was not touched by the verdicts on those above.
    assertEquals(Tally.allowed(1), actor.connect(1));
    Subject root = new Subject.ControlGroup(1);
    assertInstanceOf(
        Outcome.SubjectProtected.class, fixture.kernel().verdicts().apply(block(root)));
  }

  @Test
  void protectedProgramIsShieldedWhileItRuns() throws IOException {
    Path guarded = fixture.stage().directory().resolve("guarded");
    Files.copy(ActorStage.program(), guarded);
    try (HostKernelFixture other =
        new HostKernelFixture(
            HostKernelFixture.options()
                .withEnforce(true)
                .withProtectedExecutables(List.of(guarded)))) {
      Actor shielded = other.stage().start(guarded, Optional.empty());
      assertInstanceOf(
          Outcome.SubjectProtected.class,
          other.kernel().verdicts().apply(block(other.tree(shielded))));

      // In a cgroup it shields the group; once there is a verdict on the group, it is let through.
      Path cgroup = other.stage().cgroup("shielded");
      Verdict verdict = block(new Subject.ControlGroup(ControlGroups.id(cgroup)));
      other.apply(verdict);
      other.stage().move(shielded, cgroup);
      assertEquals(Tally.allowed(1), shielded.connect(1));
      assertInstanceOf(
          Outcome.SubjectProtected.class,
          other
              .kernel()
              .verdicts()
              .apply(block(new Subject.ControlGroup(ControlGroups.id(cgroup)))));

      // What it execs is not protected.
      shielded.ask("exec " + ActorStage.program() + " " + other.stage().directory());
      ActorStage.await("the new program", shielded::answers);
      assertEquals(Tally.refused(1), shielded.connect(1));
    }
  }

  @Test
  void protectedProgramNeedsRoot() throws IOException {
    Path guarded = fixture.stage().directory().resolve("guarded");
    Files.copy(ActorStage.program(), guarded);
    try (HostKernelFixture other =
        new HostKernelFixture(
            HostKernelFixture.options()
                .withEnforce(true)
                .withProtectedExecutables(List.of(guarded)))) {
      Files.setAttribute(other.stage().directory(), "unix:mode", 0777);
      Files.setAttribute(fixture.stage().directory(), "unix:mode", 0777);
      Actor unprivileged =
          other
              .stage()
              .start(
                  List.of(
                      "setpriv",
                      "--reuid=65534",
                      "--regid=65534",
                      "--clear-groups",
                      guarded.toString(),
                      other.stage().directory().toString()),
                  Optional.empty());
      other.apply(block(other.tree(unprivileged)));
      assertEquals(Tally.refused(1), unprivileged.connect(1));
    }
  }

  @Test
  void programReplacedOnDiskStaysProtected() throws IOException {
    Path guarded = fixture.stage().directory().resolve("guarded");
    Files.copy(ActorStage.program(), guarded);
    try (HostKernelFixture other =
        new HostKernelFixture(
            HostKernelFixture.options()
                .withEnforce(true)
                .withProtectedExecutables(List.of(guarded)))) {
      Path fresh = fixture.stage().directory().resolve("fresh");
      Files.copy(ActorStage.program(), fresh);
      Files.move(fresh, guarded, StandardCopyOption.ATOMIC_MOVE);
      Actor upgraded = other.stage().start(guarded, Optional.empty());
      assertInstanceOf(
          Outcome.SubjectProtected.class,
          other.kernel().verdicts().apply(block(other.tree(upgraded))));
    }
  }

  @Test
  void verdictIsNotShedByExecOfAProtectedProgram() throws IOException {
    Path guarded = fixture.stage().directory().resolve("guarded");
    Files.copy(ActorStage.program(), guarded);
    try (HostKernelFixture other =
        new HostKernelFixture(
            HostKernelFixture.options()
                .withEnforce(true)
                .withProtectedExecutables(List.of(guarded)))) {
      Actor condemned = other.stage().start();
      other.apply(block(other.tree(condemned)));
      condemned.ask("exec " + guarded + " " + other.stage().directory());
      ActorStage.await("the new program", condemned::answers);
      assertEquals(Tally.refused(1), condemned.connect(1));
    }
  }

  @Test
  void whatCannotBeDoneIsRefusedInWords() {
    Subject tree = fixture.tree(actor);
    assertRefused(
        HostKernelFixture.verdict(tree, Action.FREEZE, EnumSet.of(Operation.CONNECT)), "group");
    assertRefused(
        HostKernelFixture.expiring(
            HostKernelFixture.verdict(tree, Action.BLOCK, EnumSet.of(Operation.BIND)),
            BootClock.nanos() + 1),
        "expired");
    Verdict verdict = block(tree);
    fixture.apply(verdict);
    assertRefused(verdict, "in force already");
    for (int slot = 1; slot < WireLayouts.VERDICT_SLOTS; slot++) {
      fixture.apply(block(tree));
    }
    assertRefused(block(tree), "four verdicts");
    assertEquals(WireLayouts.VERDICT_SLOTS, fixture.kernel().verdicts().inForce().size());
    // A slot is free again as soon as its verdict has ended.
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    fixture.apply(block(tree));
  }

  private void assertRefused(Verdict verdict, String word) {
    Outcome outcome = fixture.kernel().verdicts().apply(verdict);
    String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
    assertTrue(why.contains(word), why);
  }

  @Test
  void fullMapRefusesAndTheSubjectIsAllowed() throws IOException {
    try (HostKernelFixture small =
        new HostKernelFixture(
            HostKernelFixture.options().withEnforce(true).withCapacities(32768, 1))) {
      Actor first = small.stage().start();
      Actor second = small.stage().start();
      small.apply(block(small.tree(first)));
      Outcome outcome = small.kernel().verdicts().apply(block(small.tree(second)));
      String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
      assertTrue(why.contains("release"), why);
      assertEquals(Tally.refused(1), first.connect(1));
      assertEquals(Tally.allowed(1), second.connect(1));
    }
  }

  @Test
  void closingEndsEverything() throws IOException {
    ActorStage stage = fixture.stage();
    try (HostKernel first = HostKernel.open(optionsOf(stage))) {
      first.verdicts().beat();
      assertInstanceOf(Outcome.Applied.class, first.verdicts().apply(block(fixture.tree(actor))));
      assertEquals(Tally.refused(1), actor.connect(1));
    }
    assertEquals(Tally.allowed(1), actor.connect(1));
    // And a fresh start knows nothing of it.
    try (HostKernel again = HostKernel.open(optionsOf(stage))) {
      again.verdicts().beat();
      assertTrue(again.verdicts().inForce().isEmpty());
      assertEquals(Tally.allowed(1), actor.connect(1));
    }
  }

  private static HostKernelOptions optionsOf(ActorStage stage) {
    return HostKernelFixture.options().withEnforce(true).withRuntimeDirectory(stage.directory());
  }
}
