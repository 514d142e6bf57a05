/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.BlockOperation;
import io.ringward.kernel.Hook;
import io.ringward.kernel.PerformanceCount;
import io.ringward.kernel.PerformanceCount.BlockQueue;
import io.ringward.kernel.PerformanceCount.BlockRequests;
import io.ringward.kernel.PerformanceCount.Preemption;
import io.ringward.kernel.PerformanceCount.Pressure;
import io.ringward.kernel.PerformanceCount.Softirq;
import io.ringward.loader.cgroup.Hierarchies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes each thing happen, to processes and groups of its own, and looks whether it was counted.
 */
final class PerformanceSensorTest {
  private static final int PAGES_PER_MEBIBYTE = 256;

  /** On a busy emulator it takes more than one before both have run at once. */
  private static final int SPINS = 6;

  private HostKernelFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture =
        new HostKernelFixture(
            HostKernelFixture.options().withPerformance(EnumSet.allOf(PerformanceSensor.class)));
  }

  @AfterEach
  void close() throws IOException {
    if (fixture != null) {
      fixture.close();
    }
  }

  private <C extends PerformanceCount> List<C> counts(Class<C> type) {
    return fixture.kernel().samples().read().performance().stream()
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private Pressure pressure(long group) {
    return counts(Pressure.class).stream()
        .filter(row -> row.cgroupId() == group)
        .findFirst()
        .orElse(new Pressure(group, 0, 0, 0, 0, 0, 0));
  }

  private void require(PerformanceSensor sensor) {
    List<String> missing = sensor.missing();
    if (!missing.isEmpty()) {
      System.err.println("skipped: this kernel has no tracepoint " + missing);
    }
    Assumptions.assumeTrue(missing.isEmpty(), () -> "no tracepoint " + missing);
  }

  @Test
  void whatIsNotWantedIsNotInTheKernel() throws IOException {
    fixture.close();
    fixture =
        new HostKernelFixture(
            HostKernelFixture.options().withPerformance(Set.of(PerformanceSensor.OOM_KILLS)));
    for (PerformanceSensor sensor : PerformanceSensor.values()) {
      CapabilityRung rung =
          fixture.kernel().rungs().stream()
              .filter(each -> each.capability().equals("account_" + sensor.label()))
              .findFirst()
              .orElseThrow();
      boolean wanted = sensor == PerformanceSensor.OOM_KILLS;
      assertEquals(wanted && sensor.missing().isEmpty(), rung.inForce(), rung.toString());
      assertEquals(!wanted, rung.why().contains("configuration"), rung.toString());
    }
    assertEquals(List.of(), counts(Softirq.class));
  }

  @Test
  void everySensorOfThisKernelIsAttached() {
    Set<String> standing =
        fixture.kernel().rungs().stream()
            .filter(CapabilityRung::inForce)
            .map(CapabilityRung::capability)
            .collect(Collectors.toSet());
    for (PerformanceSensor sensor : PerformanceSensor.values()) {
      assertEquals(
          sensor.missing().isEmpty(),
          standing.contains("account_" + sensor.label()),
          sensor.name());
    }
    assertEquals(
        0,
        fixture.counters(Hook.PERFORMANCE).mapFailures().stream().mapToLong(Long::longValue).sum());
  }

  @Test
  void pageFaultsCountToTheirGroup() throws IOException {
    require(PerformanceSensor.PAGE_FAULTS);
    Path cgroup = fixture.stage().cgroup("faults");
    Actor actor = fixture.stage().start(cgroup);
    long group = ControlGroups.id(cgroup);
    long before = pressure(group).userFaults();
    assertEquals("touched", actor.ask("touch 16"));
    assertTrue(
        pressure(group).userFaults() - before >= 16 * PAGES_PER_MEBIBYTE,
        () -> pressure(group).toString());
  }

  @Test
  void requestsOfADeviceAreCountedWithTheirSizeAndTime(@TempDir Path folder) throws IOException {
    require(PerformanceSensor.BLOCK_IO);
    Path cgroup = fixture.stage().cgroup("block");
    Actor actor = fixture.stage().start(cgroup);
    long group = ControlGroups.id(cgroup);
    String answer = actor.ask("direct " + folder.resolve("file") + " 64");
    Optional<BlockRequests> found =
        counts(BlockRequests.class).stream()
            .filter(row -> row.cgroupId() == group && row.operation() == BlockOperation.WRITE)
            .findFirst();
    if (found.isEmpty()) {
      System.err.println("skipped: no block device is behind " + folder + " (" + answer + ")");
    }
    Assumptions.assumeTrue(
        isOnBlockDevice(folder), () -> "no block device is behind " + folder + ": " + answer);
    assertEquals("written", answer);
    BlockRequests row = found.orElseThrow();
    assertTrue(row.requests() >= 64, row::toString);
    assertTrue(row.bytes() >= 64 * 4096, row::toString);
    assertTrue(row.nanos() > 0, row::toString);
    assertEquals(
        row.requests(), row.histogram().stream().mapToLong(Long::longValue).sum(), row::toString);
    BlockQueue queue =
        counts(BlockQueue.class).stream()
            .filter(one -> one.device() == row.device())
            .findFirst()
            .orElseThrow();
    assertTrue(queue.arrivals() >= row.requests(), queue::toString);
    assertTrue(queue.depthSum() >= queue.arrivals(), queue::toString);
    assertTrue(queue.inFlight() >= 0, queue::toString);
  }

  /** File systems without a device of their own have major number 0 (proc(5), mountinfo). */
  private static boolean isOnBlockDevice(Path folder) throws IOException {
    long device = (Long) Files.getAttribute(folder, "unix:dev");
    return (device >> 8 & 0xfff) != 0;
  }

  /** A group with so little memory that its only process has to reclaim, and in the end dies. */
  @Test
  void reclaimAndOomKillsAreCounted() throws IOException {
    require(PerformanceSensor.RECLAIM);
    require(PerformanceSensor.OOM_KILLS);
    Path cgroup = fixture.stage().cgroup("memory");
    Actor actor = fixture.stage().start(cgroup);
    limitMemory(actor, cgroup);
    long group = ControlGroups.id(cgroup);
    assertEquals("given", actor.ask("giveback 64"));
    ActorStage.await("reclaim", () -> pressure(group).reclaims() > 0);
    assertTrue(pressure(group).reclaimNanos() > 0);
    assertEquals(0, pressure(group).oomKills());
    assertEquals("", actor.ask("touch 256"), "killed in the middle of it");
    ActorStage.await("the kill", () -> pressure(group).oomKills() == 1);
  }

  /** Version 1 where the machine has the controller there, else version 2. */
  private void limitMemory(Actor actor, Path cgroup) throws IOException {
    Path old = Hierarchies.find().versionOne().get("memory");
    if (old != null) {
      Path limited = fixture.stage().cgroup(old, cgroup.getFileName().toString());
      Files.writeString(limited.resolve("memory.limit_in_bytes"), "16M");
      fixture.stage().move(actor, limited);
      return;
    }
    Path parent = cgroup.getParent();
    if (!Files.exists(cgroup.resolve("memory.max"))) {
      Files.writeString(parent.resolve("cgroup.subtree_control"), "+memory");
    }
    Files.writeString(cgroup.resolve("memory.max"), "16M");
  }

  @Test
  void whoTakesWhoseProcessorIsCounted() throws Exception {
    Path one = fixture.stage().cgroup("one");
    Path other = fixture.stage().cgroup("other");
    List<Actor> actors = new ArrayList<>();
    for (Path cgroup : List.of(one, other)) {
      Actor actor = fixture.stage().start(cgroup);
      assertEquals("stays", actor.ask("stay 0"));
      actors.add(actor);
    }
    long first = ControlGroups.id(one);
    long second = ControlGroups.id(other);
    for (int round = 0;
        round < SPINS && (preemptions(first, second) == 0 || preemptions(second, first) == 0);
        round++) {
      List<Thread> spins =
          actors.stream()
              .map(actor -> Thread.ofPlatform().start(() -> actor.ask("spin 1500")))
              .toList();
      for (Thread spin : spins) {
        spin.join();
      }
    }
    assertTrue(preemptions(first, second) > 0, () -> counts(Preemption.class).toString());
    assertTrue(preemptions(second, first) > 0, () -> counts(Preemption.class).toString());
  }

  private long preemptions(long preempted, long preempting) {
    return counts(Preemption.class).stream()
        .filter(row -> row.preemptedGroup() == preempted && row.preemptingGroup() == preempting)
        .mapToLong(Preemption::times)
        .sum();
  }

  /**
   * A server that accepts nobody: the kernel drops what finds its queue full, and is asked again.
   */
  @Test
  void segmentsSentAgainAreCounted() throws Exception {
    require(PerformanceSensor.TCP_RETRANSMITS);
    long before = retransmits();
    List<SocketChannel> clients = new ArrayList<>();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 8; i++) {
        SocketChannel client = SocketChannel.open();
        clients.add(client);
        client.configureBlocking(false);
        boolean _ =
            client.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
      }
      ActorStage.await("a segment that is sent again", () -> retransmits() > before);
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }

  private long retransmits() {
    return counts(Pressure.class).stream().mapToLong(Pressure::tcpRetransmits).sum();
  }

  @Test
  void deferredInterruptsTakeTime() {
    require(PerformanceSensor.SOFTIRQS);
    Predicate<Softirq> timer = row -> row.name().equals("timer") || row.name().equals("sched");
    ActorStage.await(
        "timers", () -> counts(Softirq.class).stream().anyMatch(timer.and(row -> row.nanos() > 0)));
    for (Softirq row : counts(Softirq.class)) {
      assertTrue(row.runs() > 0, row::toString);
    }
  }
}
