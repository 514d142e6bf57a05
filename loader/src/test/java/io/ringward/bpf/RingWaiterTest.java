/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Waiting at a record that stays busy, which no real program can be made to hold. An eventfd stands
 * for the map: readable while the producer is ahead, as the kernel's ringbuf_map_poll has it.
 */
@Timeout(60)
class RingWaiterTest {
  private static final long FOREVER = TimeUnit.SECONDS.toNanos(1000);
  private static final long MILLISECOND = 1_000_000;

  private final Arena arena = Arena.ofShared();
  private final SimulatedRing ring = new SimulatedRing(arena, 4096, 0);
  private final MemorySegment state = CallState.allocate(arena);
  private final MemorySegment sleeps = arena.allocate(ValueLayout.JAVA_INT);
  private int readable;
  private RingWaiter waiter;

  @BeforeEach
  void open() {
    readable = LibcNative.eventFd(state);
    assertTrue(readable >= 0);
    waiter = new RingWaiter(arena, List.of(ring.memory()), new int[] {readable}, sleeps);
  }

  @AfterEach
  void close() {
    waiter.close();
    LibcNative.close(readable);
    arena.close();
  }

  private void makeReadable() {
    MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
    assertEquals(8, LibcNative.write(state, readable, one, 8));
  }

  @Test
  void aBusyHeadIsWaitedFor() throws Exception {
    long position = ring.reserve(8, 1);
    makeReadable();
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> waiter.await(FOREVER));
    while (ring.memory().busyStalls() == 0) {
      Thread.onSpinWait();
    }
    assertFalse(waiting.isDone());
    ring.commit(position);
    assertTrue(waiting.get());
    assertEquals(1, ring.memory().busyStalls());
  }

  @Test
  void aBusyHeadDoesNotOutlastTheTimeout() {
    ring.reserve(8, 1);
    makeReadable();
    assertFalse(waiter.await(3 * MILLISECOND));
    assertFalse(waiter.await(3 * MILLISECOND));
    assertEquals(2, ring.memory().busyStalls());
  }

  @Test
  void aBusyHeadDoesNotOutlastAWakeup() throws Exception {
    ring.reserve(8, 1);
    makeReadable();
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> waiter.await(FOREVER));
    waiter.wakeup();
    assertFalse(waiting.get());
  }

  @Test
  void aReadyRingIsSeenBesideABusyOne() {
    SimulatedRing other = new SimulatedRing(arena, 4096, 0);
    ring.reserve(8, 1);
    other.commit(other.reserve(8, 1));
    int otherFd = LibcNative.duplicate(state, readable);
    assertTrue(otherFd >= 0);
    RingWaiter both =
        new RingWaiter(
            arena, List.of(ring.memory(), other.memory()), new int[] {readable, otherFd}, sleeps);
    try {
      assertTrue(both.await(FOREVER));
    } finally {
      both.close();
      LibcNative.close(otherFd);
    }
  }

  private int sleepsWord() {
    return (int) ValueLayout.JAVA_INT.varHandle().getVolatile(sleeps, 0L);
  }

  @Test
  void tellsWhileItSleepsAndIsWokenByWhoTakesThatUponItself() throws Exception {
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> waiter.await(FOREVER));
    while (sleepsWord() == 0) {
      Thread.onSpinWait();
    }
    ring.commit(ring.reserve(8, 1));
    ValueLayout.JAVA_INT.varHandle().setVolatile(sleeps, 0L, 0);
    makeReadable();
    assertTrue(waiting.get());
    assertEquals(0, sleepsWord());
  }

  @Test
  void isAwakeAfterATimeoutAndAfterAWakeup() {
    assertFalse(waiter.await(MILLISECOND));
    assertEquals(0, sleepsWord());
    waiter.wakeup();
    assertFalse(waiter.await(FOREVER));
    assertEquals(0, sleepsWord());
  }

  @Test
  void doesNotSleepOverARecordThatNobodyAnnounced() {
    ring.commit(ring.reserve(8, 1));
    assertTrue(waiter.await(FOREVER));
    assertEquals(0, sleepsWord());
  }

  @Test
  void aRecordWithoutWakeupIsFoundAtTheTimeout() {
    ring.commit(ring.reserve(8, 1));
    assertTrue(waiter.await(0));
  }

  @Test
  void manyWakeupsEndOneWait() {
    for (int i = 0; i < 10; i++) {
      waiter.wakeup();
    }
    assertFalse(waiter.await(FOREVER));
    assertFalse(waiter.await(2 * MILLISECOND));
  }

  @Test
  void aWakeupAfterClosingDoesNothing() {
    waiter.close();
    waiter.wakeup();
  }
}
