/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.DropCause;
import io.ringward.kernel.Event;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample.HookCounters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Losses balance: for each hook, produced = delivered + in flight + dropped, exactly. The network
 * hooks are attached to a cgroup of the test's own, so that nobody else's events count.
 */
final class LossBalanceTest {
  private static final int TINY = 4096;

  /** What a record of the activity ring takes there, its header included. */
  private static final long RECORD_BYTES = 112;

  @Test
  void fullRingBalances() throws IOException {
    try (ActorStage groups = new ActorStage()) {
      Path cgroup = groups.cgroup("ring");
      HostKernelOptions options =
          HostKernelFixture.options()
              .withRings(1 << 20, TINY)
              .withQuotaPerSecond(1_000_000)
              .withCgroup(Optional.of(cgroup));
      try (HostKernelFixture fixture = new HostKernelFixture(options)) {
        Actor actor = groups.start(cgroup);
        fixture.drain();
        long before = delivered(fixture, Hook.CONNECT4);
        assertEquals(1000, actor.connect(1000).ok());

        HookCounters full = fixture.counters(Hook.CONNECT4);
        // Not by the feed's lag: that has the whole machine's lifecycle events in it, too.
        long inRing = full.inFlight();
        assertEquals(1000, full.produced());
        assertEquals(before, full.delivered());
        assertTrue(inRing > 0 && inRing < TINY / RECORD_BYTES + 1, () -> inRing + " in the ring");
        assertEquals(1000 - inRing, dropped(full, DropCause.RING_FULL));
        assertEquals(full.produced(), full.delivered() + full.inFlight() + full.droppedTotal());

        fixture.drain();
        HookCounters empty = fixture.counters(Hook.CONNECT4);
        assertEquals(0, empty.inFlight());
        assertEquals(inRing, empty.delivered());
        assertEquals(inRing, fixture.by(actor, Event.Connect.class).size());
        // Room again.
        assertEquals(1, actor.connect(1).ok());
        assertEquals(inRing + 1, fixture.by(actor, Event.Connect.class).size());
      }
    }
  }

  @Test
  void quotaBalancesAndLeavesTheRestAlone() throws IOException {
    try (ActorStage groups = new ActorStage()) {
      Path cgroup = groups.cgroup("quota");
      HostKernelOptions options =
          HostKernelFixture.options().withQuotaPerSecond(10).withCgroup(Optional.of(cgroup));
      try (HostKernelFixture fixture = new HostKernelFixture(options)) {
        Actor noisy = groups.start(cgroup);
        Actor quiet = groups.start(cgroup);
        assertEquals(2000, noisy.connect(2000).ok());
        assertEquals(3, quiet.connect(3).ok());
        fixture.drain();
        HookCounters counters = fixture.counters(Hook.CONNECT4);
        assertEquals(2003, counters.produced());
        assertEquals(0, counters.inFlight());
        assertEquals(3, fixture.by(quiet, Event.Connect.class).size());
        long told = fixture.by(noisy, Event.Connect.class).size();
        assertEquals(2000 - told, dropped(counters, DropCause.QUOTA));
        // Ten in each second of the kernel's that the noise took.
        var times = fixture.by(noisy, Event.Connect.class);
        long seconds =
            1
                + times.getLast().header().kernelTimeNanos() / 1_000_000_000L
                - times.getFirst().header().kernelTimeNanos() / 1_000_000_000L;
        assertEquals(10 * seconds, told);
      }
    }
  }

  @Test
  void lifecycleBalancesWhileTheConsumerReads() throws Exception {
    HostKernelOptions options = HostKernelFixture.options().withRings(TINY, TINY);
    try (HostKernelFixture fixture = new HostKernelFixture(options)) {
      Actor actor = fixture.stage().start();
      Thread storm = Thread.ofPlatform().start(() -> actor.ask("forks 3000"));
      long[] forks = new long[1];
      while (storm.isAlive()) {
        int taken =
            fixture
                .kernel()
                .feed()
                .poll(
                    item -> {
                      if (isForkOf(actor, item)) {
                        forks[0]++;
                      }
                    },
                    16);
        if (taken == 0) {
          Thread.onSpinWait();
        }
      }
      storm.join();
      // Others on this machine live and die meanwhile: what is exact is the balance.
      for (Hook hook : HookFactsTest.LIFECYCLE) {
        ActorStage.await(
            "an empty ring for " + hook,
            () -> {
              fixture.drain();
              return fixture.counters(hook).inFlight() == 0;
            });
      }
      HookCounters counters = fixture.counters(Hook.FORK);
      assertTrue(counters.produced() >= 3000);
      assertTrue(forks[0] <= 3000);
    }
  }

  private static boolean isForkOf(Actor actor, FeedItem item) {
    return item instanceof EventView view
        && view.hookIndex() == Hook.FORK.ordinal()
        && view.tgid() == actor.pid();
  }

  private static long delivered(HostKernelFixture fixture, Hook hook) {
    return fixture.counters(hook).delivered();
  }

  private static long dropped(HookCounters counters, DropCause cause) {
    return counters.dropped().get(cause.ordinal());
  }
}
