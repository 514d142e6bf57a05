/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static io.ringward.loader.HostKernelFixture.block;
import static io.ringward.loader.HostKernelFixture.kill;
import static io.ringward.loader.HostKernelFixture.throttle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Action;
import io.ringward.kernel.Event;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.Actor.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Verdicts on trees: whom they reach, and whom they never reach. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VerdictTreeTest {
  private HostKernelFixture opened;
  private HostKernelFixture fixture;
  private Actor root;

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
    root = fixture.stage().start();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void reachesLiveDescendantsAndLaterChildrenButNoSiblings() {
    Actor child = root.fork();
    Actor grandchild = child.fork();
    Actor sibling = fixture.stage().start();
    Outcome.Applied applied = fixture.apply(block(fixture.tree(root)));
    assertEquals(3, applied.processes());
    Actor later = grandchild.fork();
    Actor muchLater = later.fork();
    for (Actor member : List.of(root, child, grandchild, later, muchLater)) {
      assertEquals(Tally.refused(1), member.connect(1));
    }
    assertEquals(Tally.allowed(1), sibling.connect(1));
  }

  @Test
  void reachesBelowTheSubjectOnly() {
    Actor child = root.fork();
    fixture.apply(block(fixture.tree(child)));
    assertEquals(Tally.refused(1), child.connect(1));
    assertEquals(Tally.allowed(1), root.connect(1));
  }

  @Test
  void reachesOrphansWhoseParentDiedAfterWeCame() {
    Actor child = root.fork();
    Actor orphan = child.fork();
    child.ask("exit 0");
    ActorStage.await("the middle's end", () -> !child.isAlive());
    assertEquals(2, fixture.apply(block(fixture.tree(root))).processes());
    assertEquals(Tally.refused(1), orphan.connect(1));
  }

  @Test
  void reachesOrphansOfProcessesThatAreOlderThanWe() throws IOException {
    Actor child = root.fork();
    Actor orphan = child.fork();
    try (HostKernelFixture later = HostKernelFixture.enforcing()) {
      child.ask("exit 0");
      ActorStage.await("the middle's end", () -> !child.isAlive());
      assertEquals(2, later.apply(block(later.tree(root))).processes());
      assertEquals(Tally.refused(1), orphan.connect(1));
    }
  }

  @Test
  void outlivesItsRoot() {
    Actor child = root.fork();
    Actor grandchild = child.fork();
    ProcessKey childKey = fixture.key(child);
    child.ask("exit 0");
    ActorStage.await("the end of the subject", () -> !child.isAlive());
    // Decided about a process that has gone meanwhile: what it left behind is its tree.
    Verdict verdict = block(new Subject.ProcessTree(childKey));
    assertEquals(1, fixture.apply(verdict).processes());
    assertEquals(Tally.refused(1), grandchild.connect(1));
  }

  @Test
  void oneBucketForTheWholeTree() {
    Actor child = root.fork();
    fixture.apply(throttle(fixture.tree(root), 10));
    Actor later = child.fork();
    long allowed = 0;
    for (Actor member : List.of(root, child, later)) {
      Tally tally = member.connect(8);
      allowed += tally.ok();
      assertEquals(8, tally.ok() + tally.eagain());
    }
    assertEquals(10, allowed);
    // Forking makes no tokens.
    for (int i = 0; i < 3; i++) {
      assertEquals(new Tally(0, 1, 0, 0), later.fork().connect(1));
    }
  }

  @Test
  void bucketIsExactUnderConcurrency() throws InterruptedException {
    List<Actor> members = new ArrayList<>(List.of(root));
    for (int i = 0; i < 3; i++) {
      members.add(root.fork());
    }
    fixture.apply(throttle(fixture.tree(root), 500));
    List<Tally> tallies = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Actor member : members) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                Tally tally = member.connect(1000);
                synchronized (tallies) {
                  tallies.add(tally);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(500, tallies.stream().mapToLong(Tally::ok).sum());
    assertEquals(3500, tallies.stream().mapToLong(Tally::eagain).sum());
  }

  @Test
  void staysWithTheProcessWhenItsLeaderLeavesAndWhenItExecs() {
    fixture.apply(block(fixture.tree(root)));
    assertEquals("left", root.ask("leave"));
    assertEquals(Tally.refused(1), root.connect(1));
    root.ask("exec " + ActorStage.program() + " " + fixture.stage().directory());
    ActorStage.await("the new program", root::answers);
    assertEquals(Tally.refused(1), root.connect(1));
  }

  @Test
  void findsAProcessWhoseLeaderHasLeft() {
    assertEquals("left", root.ask("leave"));
    fixture.apply(block(fixture.tree(root)));
    assertEquals(Tally.refused(1), root.connect(1));
    fixture.apply(kill(fixture.tree(root)));
    ActorStage.await("the end", () -> !root.isAlive());
  }

  @Test
  void neverHitsASuccessorWithTheSamePid() {
    ProcessKey own = fixture.key(root);
    ProcessKey before = new ProcessKey(own.startBoottimeNanos() - 1, own.tgid());
    for (Action action : List.of(Action.BLOCK, Action.KILL)) {
      Verdict verdict =
          HostKernelFixture.verdict(
              new Subject.ProcessTree(before),
              action,
              EnumSet.of(Operation.CONNECT, Operation.EXEC));
      assertInstanceOf(Outcome.SubjectGone.class, fixture.kernel().verdicts().apply(verdict));
    }
    assertTrue(root.isAlive());
    assertEquals(Tally.allowed(1), root.connect(1));
  }

  @Test
  void endsWithTheLastProcess() {
    Actor child = root.fork();
    fixture.apply(block(fixture.tree(root)));
    root.ask("exit 0");
    ActorStage.await("the root's end", () -> !root.isAlive());
    assertEquals(1, fixture.kernel().verdicts().inForce().size());
    child.ask("exit 0");
    ActorStage.await("the verdict's end", () -> fixture.kernel().verdicts().inForce().isEmpty());
  }

  @Test
  void killEndsTheWholeTreeAndNobodyElse() {
    Actor child = root.fork();
    Actor grandchild = child.fork();
    Actor sibling = fixture.stage().start();
    child.ask("exit 0");
    ActorStage.await("the middle's end", () -> !child.isAlive());
    fixture.apply(kill(fixture.tree(root)));
    ActorStage.await("the end of the tree", () -> !root.isAlive() && !grandchild.isAlive());
    assertTrue(sibling.isAlive());
    assertEquals(
        9,
        fixture
                .only(
                    "exit",
                    Event.Exit.class,
                    event -> event.header().process().tgid() == grandchild.pid())
                .exitCode()
            & 0x7f);
  }

  @Test
  void killOfACgroupEndsThoseInItAndBelow() throws IOException {
    Path above = fixture.stage().cgroup("kill");
    Path below = fixture.stage().cgroup(above, "below");
    fixture.stage().move(root, above);
    Actor deeper = fixture.stage().start(below);
    Actor outside = fixture.stage().start();
    fixture.apply(kill(new Subject.ControlGroup(ControlGroups.id(above))));
    ActorStage.await("the end of the cgroup", () -> !root.isAlive() && !deeper.isAlive());
    assertTrue(outside.isAlive());
  }

  @Test
  void kernelsOwnBackstopKillsAtForkAndAtExec() throws IOException {
    // A verdict on the cgroup is there first, so that only the hooks can act on who comes later.
    Path cgroup = fixture.stage().cgroup("backstop");
    Verdict verdict = kill(new Subject.ControlGroup(ControlGroups.id(cgroup)));
    fixture.apply(verdict);
    Actor other = fixture.stage().start(cgroup);
    fixture.stage().move(root, cgroup);
    fixture.beat();
    assertEquals(Tally.refused(1), root.connect(1));
    assertEquals("", root.ask("exec /bin/true nothing"));
    ActorStage.await("the end at exec", () -> !root.isAlive());
    assertEquals("", other.ask("forks 1"));
    ActorStage.await("the end at fork", () -> !other.isAlive());
    assertEquals(
        9,
        fixture
                .only(
                    "exit",
                    Event.Exit.class,
                    event -> event.header().process().tgid() == root.pid())
                .exitCode()
            & 0x7f);
  }
}
