/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BootClock;
import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.loader.cgroup.Hierarchies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Processors, memory and block devices held by controllers of version 1 or 2, whichever this
 * machine has: in groups of the test's own, with one kernel side for all tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ControllerLimitTest {
  private final List<Long> inForce = new ArrayList<>();
  private HostKernelFixture fixture;
  private Hierarchies hierarchies;

  @BeforeAll
  void open() throws IOException {
    fixture = HostKernelFixture.enforcing();
    hierarchies = Hierarchies.find();
  }

  @AfterEach
  void release() {
    inForce.forEach(id -> fixture.kernel().verdicts().release(id));
    inForce.clear();
  }

  @AfterAll
  void close() throws IOException {
    if (fixture != null) {
      fixture.close();
    }
  }

  /** A group's directory and its version. */
  private record Place(Path directory, boolean two) {
    String read(String file) {
      try {
        return Files.readString(directory.resolve(file)).strip();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void write(String file, String value) throws IOException {
      Files.writeString(directory.resolve(file), value);
    }
  }

  private Place group(Actor actor, Operation operation) {
    CapabilityRung rung =
        fixture.kernel().rungs().stream()
            .filter(one -> one.capability().equals("throttle_" + operation.label()))
            .findFirst()
            .orElseThrow();
    if (!rung.inForce()) {
      System.err.println("skipped: " + rung.capability() + ": " + rung.why());
    }
    Assumptions.assumeTrue(rung.inForce(), rung.why());
    boolean two = rung.rung().equals("cgroup_v2");
    Path mount =
        two
            ? HostKernelFixture.cgroupMount()
            : hierarchies.versionOne().get(operation == Operation.IO ? "blkio" : operation.label());
    Path group =
        fixture
            .stage()
            .cgroup(mount, "ringward-test-" + ProcessHandle.current().pid() + "-" + actor.pid());
    fixture.stage().move(actor, group);
    return new Place(group, two);
  }

  private Verdict throttle(Subject subject, Operation operation, double rate) {
    Verdict like = HostKernelFixture.verdict(subject, Action.BLOCK, EnumSet.of(operation));
    inForce.add(like.id());
    return new Verdict(
        like.id(),
        subject,
        Action.THROTTLE,
        like.operations(),
        Optional.of(TokenRate.ofASecond(rate)),
        like.issuedNanos(),
        like.expiryNanos(),
        like.causeNanos(),
        false,
        "test",
        "a test");
  }

  private void release(Verdict verdict) {
    assertTrue(fixture.kernel().verdicts().release(verdict.id()));
  }

  private static String quota(Place group) {
    return group.read(group.two() ? "cpu.max" : "cpu.cfs_quota_us").split(" ")[0];
  }

  @Test
  void processorTimeIsHeldAndGivenBack() {
    Actor actor = fixture.stage().start();
    Place group = group(actor, Operation.CPU);
    String before = quota(group);
    Verdict verdict = throttle(fixture.tree(actor), Operation.CPU, 0.3);
    fixture.apply(verdict);
    assertEquals("30000", quota(group));
    assertEquals("spun", actor.ask("spin 100"));
    String statistics = group.read("cpu.stat");
    assertTrue(statistics.contains("nr_throttled"), statistics);
    assertTrue(!statistics.contains("nr_throttled 0\n"), "the kernel has held it: " + statistics);
    release(verdict);
    assertEquals(before, quota(group));
  }

  @Test
  void theStricterOfTwoHoldsAndTheOtherGoesOnAfterIt() {
    Actor actor = fixture.stage().start();
    Place group = group(actor, Operation.CPU);
    String before = quota(group);
    Verdict half = throttle(fixture.tree(actor), Operation.CPU, 0.5);
    Verdict fifth = throttle(fixture.tree(actor), Operation.CPU, 0.2);
    fixture.apply(half);
    fixture.apply(fifth);
    assertEquals("20000", quota(group));
    release(fifth);
    assertEquals("50000", quota(group));
    release(half);
    assertEquals(before, quota(group));
    Verdict looser = throttle(fixture.tree(actor), Operation.CPU, 0.5);
    Verdict stricter = throttle(fixture.tree(actor), Operation.CPU, 0.2);
    fixture.apply(looser);
    fixture.apply(stricter);
    release(looser);
    assertEquals("20000", quota(group));
    release(stricter);
    assertEquals(before, quota(group));
    Verdict first = throttle(fixture.tree(actor), Operation.CPU, 0.2);
    Verdict second = throttle(fixture.tree(actor), Operation.CPU, 0.5);
    fixture.apply(first);
    fixture.apply(second);
    assertEquals("20000", quota(group), "the looser one leaves it");
    release(first);
    assertEquals("50000", quota(group), "and takes its turn");
    release(second);
    assertEquals(before, quota(group));
  }

  @Test
  void whatTheAdministratorSetsIsHis() throws IOException {
    Actor actor = fixture.stage().start();
    Place group = group(actor, Operation.CPU);
    Verdict verdict = throttle(fixture.tree(actor), Operation.CPU, 0.3);
    fixture.apply(verdict);
    group.write(group.two() ? "cpu.max" : "cpu.cfs_quota_us", "70000");
    release(verdict);
    assertEquals("70000", quota(group));
  }

  @Test
  void memoryIsHeldToWhatIsThere() {
    Actor actor = fixture.stage().start();
    Place group = group(actor, Operation.MEMORY);
    String file = group.two() ? "memory.high" : "memory.soft_limit_in_bytes";
    String before = group.read(file);
    Verdict verdict = throttle(fixture.tree(actor), Operation.MEMORY, 1);
    fixture.apply(verdict);
    assertTrue(Long.parseLong(group.read(file)) < 256L << 20, group.read(file));
    if (group.two()) {
      assertEquals("given", actor.ask("giveback 16"));
      String events = group.read("memory.events");
      assertTrue(
          events.contains("high ") && !events.contains("high 0\n"),
          "it had to give back: " + events);
    }
    release(verdict);
    assertEquals(before, group.read(file));
  }

  @Test
  void blockDevicesAreHeldEachAndGivenBack() throws IOException {
    Actor actor = fixture.stage().start();
    Place group = group(actor, Operation.IO);
    String file = group.two() ? "io.max" : "blkio.throttle.write_bps_device";
    assertEquals("", group.read(file));
    Verdict verdict = throttle(fixture.tree(actor), Operation.IO, 1_000_000);
    fixture.apply(verdict);
    List<String> lines = group.read(file).lines().toList();
    assertNotEquals(List.of(), lines);
    for (String line : lines) {
      assertTrue(
          line.endsWith(
              group.two() ? " rbps=1000000 wbps=1000000 riops=max wiops=max" : " 1000000"),
          line);
    }
    release(verdict);
    assertEquals("", group.read(file));

    String device = lines.getFirst().split(" ")[0];
    group.write(file, device + (group.two() ? " wbps=5000 riops=70" : " 5000"));
    String strict = group.read(file);
    Verdict again = throttle(fixture.tree(actor), Operation.IO, 1_000_000);
    fixture.apply(again);
    assertTrue(group.read(file).contains("5000"), "it was stricter: " + group.read(file));
    release(again);
    assertEquals(strict, group.read(file));
  }

  @Test
  void whoHasNoGroupToItselfIsNotHeldAndThatIsSaid() {
    Actor actor = fixture.stage().start();
    Actor other = fixture.stage().start();
    Place group = group(actor, Operation.CPU);
    fixture.stage().move(other, group.directory());
    String before = quota(group);
    fixture.beat();
    Outcome outcome =
        fixture.kernel().verdicts().apply(throttle(fixture.tree(actor), Operation.CPU, 0.3));
    String why = assertInstanceOf(Outcome.Refused.class, outcome).why();
    assertTrue(why.contains("its use of cpu cannot be throttled") && why.contains("shares"), why);
    assertEquals(before, quota(group));
  }

  @Test
  void itEndsWithTheVerdictsTime() {
    Actor actor = fixture.stage().start();
    Place group = group(actor, Operation.CPU);
    String before = quota(group);
    fixture.apply(
        HostKernelFixture.expiring(
            throttle(fixture.tree(actor), Operation.CPU, 0.3), BootClock.nanos() + 1_000_000_000L));
    ActorStage.await("its end", () -> quota(group).equals(before));
  }
}
