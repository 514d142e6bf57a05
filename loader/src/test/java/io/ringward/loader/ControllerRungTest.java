/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BootClock;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.Actor.Tally;
import io.ringward.loader.cgroup.CgroupActuator;
import io.ringward.loader.cgroup.Hierarchies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Freezing, and throttling forks where no hook can: in groups of the test's own. */
final class ControllerRungTest {
  private HostKernelFixture fixture;
  private Hierarchies hierarchies;

  @BeforeEach
  void open() throws IOException {
    fixture = HostKernelFixture.enforcing();
    hierarchies = Hierarchies.find();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Path group(Actor actor, String controller) throws IOException {
    Path mount =
        controller.isEmpty()
            ? HostKernelFixture.cgroupMount()
            : hierarchies.versionOne().get(controller);
    Path group = fixture.stage().cgroup(mount, name(actor));
    fixture.stage().move(actor, group);
    return group;
  }

  private static String name(Actor actor) {
    return "ringward-test-" + ProcessHandle.current().pid() + "-" + actor.pid();
  }

  private static Verdict throttle(Subject subject, Set<Operation> operations) {
    Verdict like = HostKernelFixture.verdict(subject, Action.BLOCK, operations);
    return new Verdict(
        like.id(),
        subject,
        Action.THROTTLE,
        operations,
        Optional.of(new TokenRate(5, 5)),
        like.issuedNanos(),
        like.expiryNanos(),
        like.causeNanos(),
        false,
        "test",
        "a test");
  }

  private static void awaitState(String what, Path file, String content) {
    ActorStage.await(
        what,
        () -> {
          try {
            return Files.readString(file).contains(content);
          } catch (IOException e) {
            return false;
          }
        });
  }

  @Test
  void freezeStopsASubjectWithAGroupOfItsOwnUntilItIsReleased() throws IOException {
    Actor actor = fixture.stage().start();
    Path group = group(actor, "");
    Actor child = actor.fork();
    Verdict verdict =
        HostKernelFixture.verdict(
            fixture.tree(actor), Action.FREEZE, EnumSet.allOf(Operation.class));
    fixture.apply(verdict);
    assertEquals("1", Files.readString(group.resolve("cgroup.freeze")).strip());
    awaitState("the freeze", group.resolve("cgroup.events"), "frozen 1");
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals("0", Files.readString(group.resolve("cgroup.freeze")).strip());
    assertTrue(actor.answers());
    assertTrue(child.answers());
  }

  @Test
  void whoSharesItsGroupIsNeitherFrozenNorMoved() throws IOException {
    Actor actor = fixture.stage().start();
    Actor other = fixture.stage().start();
    Path group = group(actor, "");
    fixture.stage().move(other, group);
    Verdict verdict =
        HostKernelFixture.verdict(
            fixture.tree(actor), Action.FREEZE, EnumSet.allOf(Operation.class));
    fixture.beat();
    Outcome outcome = fixture.kernel().verdicts().apply(verdict);
    String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
    assertTrue(why.contains("shares the group") && why.contains("" + other.pid()), why);
    assertEquals("0", Files.readString(group.resolve("cgroup.freeze")).strip());
    assertEquals(Tally.allowed(1), actor.connect(1), "nothing of the verdict is in force");
    assertTrue(actor.answers());
  }

  @Test
  void aFrozenSubjectThawsWhenTheVerdictExpires() throws IOException {
    Actor actor = fixture.stage().start();
    Path group = group(actor, "");
    fixture.apply(
        HostKernelFixture.expiring(
            HostKernelFixture.verdict(
                fixture.tree(actor), Action.FREEZE, EnumSet.allOf(Operation.class)),
            BootClock.nanos() + 1_000_000_000L));
    awaitState("the thaw", group.resolve("cgroup.freeze"), "0");
    assertTrue(actor.answers());
  }

  private void assumeLimits() {
    String rung =
        fixture.kernel().rungs().stream()
            .filter(one -> one.capability().equals("throttle_fork"))
            .findFirst()
            .orElseThrow()
            .rung();
    if (!rung.equals("cgroup_controllers")) {
      System.err.println("skipped: forks are throttled by " + rung + " here");
    }
    Assumptions.assumeTrue(rung.equals("cgroup_controllers"), "forks are throttled by " + rung);
  }

  @Test
  void forksOfASubjectWithGroupsOfItsOwnAreLimitedAndTheLimitsPutBack() throws IOException {
    assumeLimits();
    Actor actor = fixture.stage().start();
    Path pids = group(actor, "pids");
    Path processor = group(actor, "cpu");
    assertEquals(Tally.allowed(3), actor.forks(3));
    Verdict verdict = throttle(fixture.tree(actor), EnumSet.of(Operation.FORK));
    fixture.apply(verdict);
    assertEquals("1", Files.readString(pids.resolve("pids.max")).strip());
    assertEquals("20000", Files.readString(processor.resolve("cpu.cfs_quota_us")).strip());
    assertEquals(new Tally(0, 3, 0, 0), actor.forks(3));
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals("max", Files.readString(pids.resolve("pids.max")).strip());
    assertEquals("-1", Files.readString(processor.resolve("cpu.cfs_quota_us")).strip());
    assertEquals(Tally.allowed(3), actor.forks(3));
  }

  @Test
  void aForkThrottleOnASubjectWithoutAGroupIsRefusedOrCoversTheRest() throws IOException {
    assumeLimits();
    Actor actor = fixture.stage().start();
    Actor other = fixture.stage().start();
    fixture.stage().move(other, group(actor, "pids"));
    fixture.beat();
    Outcome outcome =
        fixture
            .kernel()
            .verdicts()
            .apply(throttle(fixture.tree(actor), EnumSet.of(Operation.FORK)));
    String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
    assertTrue(why.contains("forks cannot be throttled") && why.contains("shares"), why);
    fixture.apply(throttle(fixture.tree(actor), EnumSet.of(Operation.FORK, Operation.CONNECT)));
    assertEquals(new Tally(5, 5, 0, 0), actor.connect(10));
    assertEquals(Tally.allowed(3), actor.forks(3));
  }

  @Test
  void whatTheAdministratorSetsIsLetGoOf() throws IOException {
    assumeLimits();
    Actor actor = fixture.stage().start();
    Path limit = group(actor, "pids").resolve("pids.max");
    Verdict verdict = throttle(fixture.tree(actor), EnumSet.of(Operation.FORK));
    fixture.apply(verdict);
    Files.writeString(limit, "100");
    assertEquals(Tally.allowed(3), actor.forks(3));
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals("100", Files.readString(limit).strip(), "his value, not ours of before");
  }

  @Test
  void aLimitThatIsStrictAlreadyIsLeftAlone() throws IOException {
    assumeLimits();
    Actor actor = fixture.stage().start();
    Path processor = group(actor, "cpu");
    group(actor, "pids");
    Files.writeString(processor.resolve("cpu.cfs_quota_us"), "5000");
    Verdict verdict = throttle(fixture.tree(actor), EnumSet.of(Operation.FORK));
    fixture.apply(verdict);
    assertEquals("5000", Files.readString(processor.resolve("cpu.cfs_quota_us")).strip());
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
    assertEquals("5000", Files.readString(processor.resolve("cpu.cfs_quota_us")).strip());
  }

  @Test
  void whatADeadRunHasLeftTurnedIsPutBackByTheNext() throws IOException {
    Actor actor = fixture.stage().start();
    Path freezer = group(actor, "").resolve("cgroup.freeze");
    Files.writeString(freezer, "1");
    Path runtime = Files.createDirectory(fixture.stage().directory().resolve("run"));
    Files.writeString(
        runtime.resolve("knobs"),
        freezer + "\t0\t1\n" + fixture.stage().directory() + "/none\t0\t1\nnonsense\n");
    CgroupActuator.open(runtime).close();
    assertEquals("0", Files.readString(freezer).strip());
    assertFalse(Files.exists(runtime.resolve("knobs")));
    assertTrue(actor.answers());
  }

  @Test
  void theGuardThawsWhenTheAgentIsKilled() throws IOException, InterruptedException {
    Actor actor = fixture.stage().start();
    Path group = group(actor, "");
    Path runtime = Files.createDirectory(fixture.stage().directory().resolve("other"));
    Process agent =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                FreezeAndHang.class.getName(),
                runtime.toString(),
                Integer.toString(actor.pid()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertEquals("frozen", agent.inputReader().readLine());
      assertEquals("1", Files.readString(group.resolve("cgroup.freeze")).strip());
    } finally {
      agent.destroyForcibly().waitFor();
    }
    awaitState("the guard", group.resolve("cgroup.freeze"), "0");
    assertTrue(actor.answers());
  }
}
