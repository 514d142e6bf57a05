/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scheduler and CPU accounting, by process and by cgroup. */
final class KernelSampleFeedTest {
  private static final long MILLISECOND = 1_000_000L;

  /** What the start itself does once, for a trial. */
  private static final Set<Hook> TRIED =
      EnumSet.of(
          Hook.EXEC, Hook.FORK, Hook.EXIT, Hook.CONNECT4, Hook.CONNECT6, Hook.BIND4, Hook.BIND6);

  /** A little less than 200 ms: interrupts that come while it spins are not the process's. */
  private static final long SPUN_NANOS = 190 * MILLISECOND;

  private HostKernelFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new HostKernelFixture(HostKernelFixture.options());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void burnedCpuTimeIsAccountedToProcessAndCgroup() throws IOException {
    Path cgroup = fixture.stage().cgroup("cpu");
    Actor actor = fixture.stage().start(cgroup);
    ProcessKey key = fixture.key(actor);
    long group = ControlGroups.id(cgroup);
    assertEquals("spun", actor.ask("spin 200"));

    KernelSample sample = fixture.kernel().samples().read();
    CpuAccount account = process(sample, key).orElseThrow();
    assertTrue(account.onCpuNanos() >= SPUN_NANOS, account::toString);
    assertTrue(account.switches() > 0, account::toString);
    // One entry in the histogram for each run that a wait is known for.
    long waits = account.waitHistogram().stream().mapToLong(Long::longValue).sum();
    assertTrue(waits > 0 && waits <= account.switches(), account::toString);
    CpuAccount grouped =
        sample.controlGroups().stream()
            .filter(entry -> entry.cgroupId() == group)
            .findFirst()
            .orElseThrow()
            .account();
    assertTrue(grouped.onCpuNanos() >= SPUN_NANOS, grouped::toString);
  }

  @Test
  void processOlderThanWeIsAccounted() {
    KernelSample before = fixture.kernel().samples().read();
    ProcessKey self =
        fixture.kernel().findProcess((int) ProcessHandle.current().pid()).orElseThrow();
    CpuAccount first = process(before, self).orElseThrow();
    Actor actor = fixture.stage().start();
    actor.connect(1);
    CpuAccount second = process(fixture.kernel().samples().read(), self).orElseThrow();
    assertTrue(second.switches() > first.switches());
    assertTrue(second.onCpuNanos() > first.onCpuNanos());
  }

  @Test
  void waitForABusyCpuIsCounted() {
    // More that want to run than there are CPUs.
    int spinners = 2 * Runtime.getRuntime().availableProcessors();
    Actor root = fixture.stage().start();
    ProcessKey key = fixture.key(root);
    Thread[] threads = new Thread[spinners];
    Actor[] children = new Actor[spinners];
    for (int i = 0; i < spinners; i++) {
      children[i] = root.fork();
    }
    for (int i = 0; i < spinners; i++) {
      Actor child = children[i];
      threads[i] = Thread.ofPlatform().start(() -> child.ask("spin 300"));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    KernelSample sample = fixture.kernel().samples().read();
    long waited = 0;
    for (Actor child : children) {
      waited += process(sample, fixture.key(child)).orElseThrow().waitNanos();
    }
    long total = waited;
    // Each second on a CPU was a second of waiting for somebody else.
    assertTrue(total >= 300 * MILLISECOND, () -> "waited " + total + " ns");
    assertTrue(process(sample, key).isPresent());
  }

  @Test
  void accountOfADeadProcessIsReadOnceMoreAndThenRemoved() {
    Actor actor = fixture.stage().start();
    ProcessKey key = fixture.key(actor);
    actor.ask("exit 0");
    ActorStage.await("the end", () -> !actor.isAlive());
    assertTrue(process(fixture.kernel().samples().read(), key).isPresent());
    ActorStage.await(
        "the removal", () -> process(fixture.kernel().samples().read(), key).isEmpty());
  }

  @Test
  void eachHookHasItsCounters() {
    KernelSample sample = fixture.kernel().samples().read();
    assertEquals(Hook.values().length, sample.hooks().size());
    for (Hook hook : Hook.values()) {
      KernelSample.HookCounters counters = sample.hooks().get(hook.ordinal());
      assertEquals(hook, counters.hook());
      assertEquals(0, counters.recursionMisses(), hook::label);
      assertEquals(0, counters.mapFailures().stream().mapToLong(Long::longValue).sum());
      if (TRIED.contains(hook)) {
        assertTrue(counters.produced() > 0, hook::label);
      }
    }
  }

  private static Optional<CpuAccount> process(KernelSample sample, ProcessKey key) {
    return sample.processes().stream()
        .filter(entry -> entry.process().equals(key))
        .map(KernelSample.ProcessAccount::account)
        .findFirst();
  }
}
