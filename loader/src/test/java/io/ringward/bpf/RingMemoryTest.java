/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The consumer's protocol in states that a real program cannot be made to hold. */
@Timeout(60)
class RingMemoryTest {
  private static final int RING_BYTES = 4096;
  private static final int ALL = Integer.MAX_VALUE;

  private final Arena arena = Arena.ofShared();
  private final List<Integer> lengths = new ArrayList<>();
  private final RecordHandler collect = (_, _, length) -> lengths.add(length);

  @AfterEach
  void free() {
    arena.close();
  }

  private SimulatedRing ring(long startPosition) {
    return new SimulatedRing(arena, RING_BYTES, startPosition);
  }

  @Test
  void stopsAtABusyRecordAndGoesOnWhenItIsCommitted() {
    SimulatedRing ring = ring(0);
    long first = ring.reserve(10, 0);
    long second = ring.reserve(20, 0);
    long third = ring.reserve(30, 0);
    ring.commit(first);
    ring.commit(third);
    assertEquals(RingMemory.State.READY, ring.memory().state());
    assertEquals(1, ring.memory().drain(collect, ALL));
    assertEquals(RingMemory.State.BUSY, ring.memory().state());
    assertEquals(0, ring.memory().drain(collect, ALL));
    assertEquals(second, ring.consumerPosition());
    ring.commit(second);
    assertEquals(2, ring.memory().drain(collect, ALL));
    assertEquals(RingMemory.State.EMPTY, ring.memory().state());
    assertEquals(List.of(10, 20, 30), lengths);
  }

  @Test
  void skipsDiscardedRecordsAndCountsThem() {
    SimulatedRing ring = ring(0);
    ring.discard(ring.reserve(10, 0));
    ring.commit(ring.reserve(20, 0));
    ring.discard(ring.reserve(30, 0));
    assertEquals(1, ring.memory().drain(collect, ALL));
    assertEquals(List.of(20), lengths);
    assertEquals(2, ring.memory().discarded());
    assertEquals(1, ring.memory().records());
    assertEquals(20, ring.memory().bytes());
    assertEquals(0, ring.memory().inFlightBytes());
  }

  @Test
  void aDiscardedRecordAloneIsWorthAPass() {
    SimulatedRing ring = ring(0);
    ring.discard(ring.reserve(10, 0));
    assertEquals(RingMemory.State.READY, ring.memory().state());
    assertEquals(0, ring.memory().drain(collect, ALL));
    assertEquals(RingMemory.State.EMPTY, ring.memory().state());
  }

  @Test
  void givesSpaceBackAtLeastEveryEighthOfTheRing() {
    SimulatedRing ring = ring(0);
    long position = 0;
    while (position >= 0) {
      position = ring.reserve(56, 0);
      if (position >= 0) {
        ring.commit(position);
      }
    }
    List<Long> seen = new ArrayList<>();
    int handed = ring.memory().drain((_, _, _) -> seen.add(ring.consumerPosition()), ALL);
    assertEquals(RING_BYTES / 64 - 1, handed);
    for (int i = 0; i < handed; i++) {
      long consumed = i * 64L;
      assertTrue(consumed - seen.get(i) < RING_BYTES / 8, "record " + i + " saw " + seen.get(i));
      assertEquals(consumed / 512 * 512, seen.get(i));
    }
    assertEquals(handed * 64L, ring.consumerPosition());
  }

  @Test
  void aPassEndsWhereTheProducerStoodWhenItBegan() {
    SimulatedRing ring = ring(0);
    ring.commit(ring.reserve(8, 0));
    RecordHandler producing = (_, _, _) -> ring.commit(ring.reserve(8, 0));
    for (int pass = 0; pass < 1000; pass++) {
      assertEquals(1, ring.memory().drain(producing, ALL));
    }
  }

  @Test
  void aRecordWhoseHandlerThrowsCountsAsConsumed() {
    SimulatedRing ring = ring(0);
    ring.commit(ring.reserve(10, 0));
    ring.commit(ring.reserve(20, 0));
    assertThrows(
        ArithmeticException.class,
        () ->
            ring.memory()
                .drain(
                    (_, _, _) -> {
                      throw new ArithmeticException();
                    },
                    ALL));
    assertEquals(24, ring.consumerPosition());
    assertEquals(1, ring.memory().records());
    assertEquals(1, ring.memory().drain(collect, ALL));
    assertEquals(List.of(20), lengths);
  }

  @Test
  void aLengthPastTheProducerIsCorruption() {
    SimulatedRing ring = ring(0);
    ring.commit(ring.reserve(10, 0));
    long second = ring.reserve(20, 0);
    ring.corrupt(second, 25);
    var corruption =
        assertThrows(RingCorruptionException.class, () -> ring.memory().drain(collect, ALL));
    assertTrue(corruption.getMessage().contains("25 bytes"), corruption::getMessage);
    assertEquals(List.of(10), lengths);
    assertEquals(second, ring.consumerPosition());
    assertThrows(RingCorruptionException.class, () -> ring.memory().drain(collect, ALL));
  }

  @Test
  void aPassCanEndBeforeTheFirstKeyOverABound() {
    // A payload of bytes that count up from first: as a long, its key grows with first.
    SimulatedRing ring = ring(0);
    for (int first : new int[] {1, 2, 3, 9, 4}) {
      ring.commit(ring.reserve(16, first));
    }
    ring.discard(ring.reserve(16, 1));
    ring.commit(ring.reserve(3, 1));
    long[] key = new long[10];
    for (int first = 0; first < key.length; first++) {
      for (int at = 0; at < 8; at++) {
        key[first] |= (first + 8L + at) << (8 * at);
      }
    }
    assertEquals(key[1], ring.memory().nextKey(8, -1, -2));
    assertEquals(2, ring.memory().drainUpTo(collect, ALL, 8, key[2]));
    assertEquals(key[3], ring.memory().nextKey(8, -1, -2));
    assertEquals(0, ring.memory().drainUpTo(collect, ALL, 8, key[3] - 1));
    assertEquals(1, ring.memory().drainUpTo(collect, 1, 8, Long.MAX_VALUE));
    assertEquals(0, ring.memory().drainUpTo(collect, ALL, 8, key[4]));
    assertEquals(2, ring.memory().drainUpTo(collect, 2, 8, key[9]));
    assertEquals(Long.MIN_VALUE, ring.memory().nextKey(8, -1, -2));
    assertEquals(1, ring.memory().drainUpTo(collect, ALL, 8, Long.MIN_VALUE));
    assertEquals(-1, ring.memory().nextKey(8, -1, -2));
    assertEquals(List.of(16, 16, 16, 16, 16, 3), lengths);
    ring.reserve(16, 1);
    assertEquals(-8, ring.memory().nextKey(8, -7, -8));
    assertThrows(IllegalArgumentException.class, () -> ring.memory().drainUpTo(collect, 1, -1, 0));
  }

  @Test
  void theLongestLengthIsCorruptionAndNotAnOverflow() {
    SimulatedRing ring = ring(0);
    ring.corrupt(ring.reserve(10, 0), (1 << 30) - 1);
    assertThrows(RingCorruptionException.class, () -> ring.memory().drain(collect, ALL));
  }

  @Test
  void positionsThatCannotBeAreCorruption() {
    SimulatedRing ring = ring(1 << 20);
    ring.setProducerPosition((1 << 20) - 8);
    assertThrows(RingCorruptionException.class, () -> ring.memory().drain(collect, ALL));
    ring.setProducerPosition((1 << 20) + RING_BYTES + 8);
    assertThrows(RingCorruptionException.class, () -> ring.memory().drain(collect, ALL));
    ring.setProducerPosition((1 << 20) + 12);
    assertThrows(RingCorruptionException.class, () -> ring.memory().drain(collect, ALL));
    ring.setProducerPosition((1 << 20) + 12);
    assertThrows(RingCorruptionException.class, () -> ring.memory().drain(collect, ALL));
    assertTrue(lengths.isEmpty());
  }

  /** What a seeded mix of reservations, commits, discards and passes must do, by a plain queue. */
  @ParameterizedTest
  @ValueSource(longs = {0, 8, Long.MAX_VALUE - 4095, -64, Long.MIN_VALUE})
  void agreesWithAQueueWhereverPositionsStart(long start) {
    for (int seed = 0; seed < 30; seed++) {
      agreesWithAQueue(start & ~7L, seed);
    }
  }

  private record Reserved(long position, int length, byte first, Fate fate) {
    Reserved with(Fate changed) {
      return new Reserved(position, length, first, changed);
    }
  }

  private enum Fate {
    BUSY,
    COMMITTED,
    DISCARDED
  }

  private void agreesWithAQueue(long start, int seed) {
    Random random = new Random(seed);
    SimulatedRing ring = ring(start);
    Deque<Reserved> model = new ArrayDeque<>();
    List<Reserved> open = new ArrayList<>();
    long expectedRecords = 0;
    for (int step = 0; step < 3000; step++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          int length = 1 + random.nextInt(random.nextBoolean() ? 40 : 900);
          byte first = (byte) random.nextInt();
          long position = ring.reserve(length, first);
          if (position != -1) {
            Reserved reserved = new Reserved(position, length, first, Fate.BUSY);
            model.add(reserved);
            open.add(reserved);
          }
        }
        case 2 -> {
          if (!open.isEmpty()) {
            Reserved reserved = open.remove(random.nextInt(open.size()));
            boolean keep = random.nextInt(5) > 0;
            if (keep) {
              ring.commit(reserved.position());
            } else {
              ring.discard(reserved.position());
            }
            Fate fate = keep ? Fate.COMMITTED : Fate.DISCARDED;
            List<Reserved> changed =
                model.stream()
                    .map(each -> each.position() == reserved.position() ? each.with(fate) : each)
                    .toList();
            model.clear();
            model.addAll(changed);
          }
        }
        default -> {
          int limit = random.nextInt(6);
          List<Reserved> expected = new ArrayList<>();
          while (!model.isEmpty() && model.peek().fate() != Fate.BUSY && expected.size() < limit) {
            Reserved next = model.poll();
            if (next.fate() == Fate.COMMITTED) {
              expected.add(next);
            }
          }
          expectedRecords += expected.size();
          List<Reserved> remaining = new ArrayList<>(expected);
          int handed =
              ring.memory()
                  .drain(
                      (data, offset, length) ->
                          check(remaining.removeFirst(), data, offset, length),
                      limit);
          assertEquals(expected.size(), handed);
          assertTrue(remaining.isEmpty());
        }
      }
    }
    assertEquals(expectedRecords, ring.memory().records());
    assertTrue(expectedRecords > 300, () -> "too few records: seed " + seed);
  }

  private static void check(Reserved expected, MemorySegment data, long offset, int length) {
    assertEquals(expected.length(), length);
    assertEquals(expected.first(), data.get(JAVA_BYTE, offset));
    byte last = (byte) (expected.first() + length - 1);
    assertEquals(last, data.get(JAVA_BYTE, offset + length - 1));
  }

  @Test
  void recordsArriveWholeWhileAnotherThreadProduces() throws Exception {
    SimulatedRing ring = ring(Long.MAX_VALUE - 8 * RING_BYTES + 1);
    int count = 300_000;
    CompletableFuture<Void> producing =
        CompletableFuture.runAsync(() -> {
          for (int i = 0; i < count; i++) {
            long position = ring.reserve(8, i);
            while (position == -1) {
              Thread.onSpinWait();
              position = ring.reserve(8, i);
            }
            ring.commit(position);
          }
        });
    int[] expected = new int[1];
    RecordHandler handler =
        (data, offset, _) -> {
          long first = expected[0]++ & 0xFF;
          long words = data.get(JAVA_LONG_UNALIGNED, offset);
          for (int at = 0; at < 8; at++) {
            assertEquals((byte) (first + at), (byte) (words >>> (8 * at)));
          }
        };
    while (expected[0] < count) {
      if (ring.memory().drain(handler, ALL) == 0) {
        Thread.onSpinWait();
      }
    }
    producing.get();
    assertEquals(count, ring.memory().records());
  }

  @Test
  void theRecordsMemoryCannotBeWritten() {
    SimulatedRing ring = ring(0);
    ring.commit(ring.reserve(10, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> ring.memory().drain((data, offset, _) -> data.set(JAVA_BYTE, offset, (byte) 1), ALL));
  }
}
