/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reader against the kernel's own ring buffer. */
@Timeout(60)
class RingBufferReaderTest {
  private static final long FOREVER = SECONDS.toNanos(1000);
  private static final int ALL = Integer.MAX_VALUE;

  @Test
  void deliversEachRecordOnceInOrderWhileTheRingWrapsManyTimes() {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"));
        RingProducer producer = new RingProducer(object).discardingEvery(9)) {
      RecordChecker checker = new RecordChecker();
      for (int round = 0; round < 2000; round++) {
        producer.produce(100, RingProducer.SIZE_MIXED);
        assertEquals(producer.submitted() - checker.records(), reader.drain(checker, ALL));
      }
      assertEquals(0, producer.failed());
      assertEquals(200_000, producer.attempted());
      assertEquals(producer.submitted(), reader.records());
      assertEquals(producer.bytes(), reader.bytes());
      assertEquals(producer.bytes(), checker.bytes());
      assertEquals(producer.discarded(), reader.discarded());
      assertEquals(200_000 / 9, reader.discarded());
      assertEquals(0, reader.inFlightBytes());
      assertTrue(reader.bytes() > 500 * reader.capacityBytes(), "the ring must have wrapped");
    }
  }

  @Test
  void whatIsMissingFromAFullRingIsExactlyWhatItsProducerCounted() {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"));
        RingProducer producer = new RingProducer(object)) {
      RecordChecker checker = new RecordChecker();
      producer.produce(5000, RingProducer.SIZE_64);
      assertEquals(64 * 1024 / 72, producer.submitted());
      assertTrue(producer.failed() > 0);
      assertEquals(72 * producer.submitted(), reader.inFlightBytes());
      reader.drain(checker, 100);
      producer.produce(5000, RingProducer.SIZE_64);
      reader.drain(checker, ALL);
      assertEquals(producer.submitted(), checker.records());
      assertEquals(producer.attempted(), checker.records() + producer.failed());
      assertEquals(64 * 1024 / 72 + 100, checker.records());
    }
  }

  @Test
  void aLimitLeavesTheRestForTheNextPass() {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"));
        RingProducer producer = new RingProducer(object)) {
      RecordChecker checker = new RecordChecker();
      producer.produce(10, RingProducer.SIZE_64);
      assertEquals(3, reader.drain(checker, 3));
      assertEquals(7 * 72, reader.inFlightBytes());
      assertEquals(7, reader.drain(checker, ALL));
      assertEquals(10, checker.lastSequence());
      assertEquals(0, reader.drain(checker, ALL));
    }
  }

  @Test
  void aSecondReaderGoesOnWhereTheFirstStopped() {
    try (BpfObject object = TestObjects.ring().load();
        RingProducer producer = new RingProducer(object)) {
      RecordChecker checker = new RecordChecker();
      producer.produce(700, RingProducer.SIZE_64);
      try (RingBufferReader first = RingBufferReader.open(object.map("ring"))) {
        assertEquals(500, first.drain(checker, 500));
      }
      try (RingBufferReader second = RingBufferReader.open(object.map("ring"))) {
        assertEquals(200, second.drain(checker, ALL));
      }
      assertEquals(700, checker.lastSequence());
    }
  }

  @Test
  void producersInTwoThreadsLoseNothingThatTheyDidNotCount() throws Exception {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"))) {
      LongAdder submitted = new LongAdder();
      LongAdder failed = new LongAdder();
      CompletableFuture<Void> producing =
          CompletableFuture.allOf(
              CompletableFuture.runAsync(() -> produceMany(object, 1, submitted, failed)),
              CompletableFuture.runAsync(() -> produceMany(object, 1L << 40, submitted, failed)));
      RecordChecker low = new RecordChecker();
      RecordChecker high = new RecordChecker();
      RecordHandler split =
          (data, offset, length) -> {
            boolean isLow = data.get(JAVA_LONG, offset) < 1L << 40;
            (isLow ? low : high).onRecord(data, offset, length);
          };
      while (!producing.isDone()) {
        if (reader.await(SECONDS.toNanos(1))) {
          reader.drain(split, ALL);
        }
      }
      producing.get();
      reader.drain(split, ALL);
      assertEquals(0, reader.inFlightBytes());
      assertEquals(submitted.sum(), reader.records());
      assertEquals(low.records() + high.records(), reader.records());
      assertEquals(2 * 1500 * 200L, submitted.sum() + failed.sum());
    }
  }

  private static void produceMany(
      BpfObject object, long first, LongAdder submitted, LongAdder failed) {
    try (RingProducer producer = new RingProducer(object).startingAt(first)) {
      for (int round = 0; round < 1500; round++) {
        producer.produce(200, RingProducer.SIZE_MIXED);
      }
      submitted.add(producer.submitted());
      failed.add(producer.failed());
    }
  }

  @Test
  void awaitIsWokenByARecord() throws Exception {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"));
        RingProducer producer = new RingProducer(object)) {
      RecordChecker checker = new RecordChecker();
      for (int round = 0; round < 200; round++) {
        CompletableFuture<Boolean> woken =
            CompletableFuture.supplyAsync(() -> reader.await(FOREVER));
        producer.produce(1, RingProducer.SIZE_64);
        assertTrue(woken.get());
        assertEquals(1, reader.drain(checker, ALL));
      }
    }
  }

  @Test
  void awaitFindsRecordsWithoutWakeupWhenItsTimeIsOver() {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"));
        RingProducer producer = new RingProducer(object).withFlags(RingProducer.NO_WAKEUP)) {
      assertFalse(reader.await(1));
      producer.produce(1, RingProducer.SIZE_64);
      assertTrue(reader.await(0));
      assertEquals(1, reader.drain(new RecordChecker(), ALL));
      assertFalse(reader.await(0));
    }
  }

  @Test
  void awaitEndsEmptyHandedWhenItsTimeIsOver() {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"))) {
      assertFalse(reader.await(0));
      assertFalse(reader.await(2_000_000));
    }
  }

  @Test
  void wakeupEndsOneWaitWhetherItComesBeforeOrDuring() throws Exception {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"))) {
      reader.wakeup();
      assertFalse(reader.await(FOREVER));
      for (int round = 0; round < 100; round++) {
        CompletableFuture<Boolean> waiting =
            CompletableFuture.supplyAsync(() -> reader.await(FOREVER));
        reader.wakeup();
        assertFalse(waiting.get());
      }
      CompletableFuture<Boolean> notWoken =
          CompletableFuture.supplyAsync(() -> reader.await(FOREVER));
      assertThrows(TimeoutException.class, () -> notWoken.get(50, MILLISECONDS));
      reader.wakeup();
      assertFalse(notWoken.get());
    }
  }

  @Test
  void closeEndsAWait() throws Exception {
    try (BpfObject object = TestObjects.ring().load()) {
      RingBufferReader reader = RingBufferReader.open(object.map("ring"));
      CompletableFuture<Boolean> waiting =
          CompletableFuture.supplyAsync(() -> reader.await(FOREVER));
      assertThrows(TimeoutException.class, () -> waiting.get(20, MILLISECONDS));
      reader.close();
      assertFalse(waiting.get());
      assertTrue(reader.isClosed());
      assertFalse(reader.await(FOREVER));
      assertEquals(0, reader.drain(new RecordChecker(), ALL));
      assertEquals(0, reader.inFlightBytes());
      reader.wakeup();
      reader.close();
    }
  }

  @Test
  void closeWaitsForThePassInFlight() throws InterruptedException, ExecutionException {
    try (BpfObject object = TestObjects.ring().load();
        RingProducer producer = new RingProducer(object)) {
      RingBufferReader reader = RingBufferReader.open(object.map("ring"));
      producer.produce(3, RingProducer.SIZE_64);
      RecordChecker checker = new RecordChecker();
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      CompletableFuture<Integer> draining =
          CompletableFuture.supplyAsync(() ->
              reader.drain(
                  (data, offset, length) -> {
                    inside.countDown();
                    awaitQuietly(goOn);
                    checker.onRecord(data, offset, length);
                  },
                  ALL));
      inside.await();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(reader::close);
      assertThrows(TimeoutException.class, () -> closing.get(50, MILLISECONDS));
      goOn.countDown();
      assertEquals(3, draining.get());
      closing.get();
      assertEquals(3, checker.records());
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aHandlerMayCloseItsReader() {
    try (BpfObject object = TestObjects.ring().load();
        RingProducer producer = new RingProducer(object)) {
      RingBufferReader reader = RingBufferReader.open(object.map("ring"));
      producer.produce(3, RingProducer.SIZE_64);
      RecordChecker checker = new RecordChecker();
      int handed =
          reader.drain(
              (data, offset, length) -> {
                reader.close();
                checker.onRecord(data, offset, length);
              },
              2);
      assertEquals(2, handed);
      assertEquals(72, reader.inFlightBytes());
      assertEquals(0, reader.drain(checker, ALL));
    }
  }

  @Test
  void aHandlerMayNotDrainItsOwnRing() {
    try (BpfObject object = TestObjects.ring().load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"));
        RingProducer producer = new RingProducer(object)) {
      producer.produce(2, RingProducer.SIZE_64);
      assertThrows(
          IllegalStateException.class,
          () -> reader.drain((_, _, _) -> reader.drain((_, _, _) -> {}, 1), ALL));
      assertEquals(1, reader.drain(new RecordChecker(), ALL));
    }
  }

  @Test
  void drainAndCloseDeliversWhatIsLeft() {
    try (BpfObject object = TestObjects.ring().load();
        RingProducer producer = new RingProducer(object).withFlags(RingProducer.NO_WAKEUP)) {
      RingBufferReader reader = RingBufferReader.open(object.map("ring"));
      producer.produce(5, RingProducer.SIZE_64);
      RecordChecker checker = new RecordChecker();
      assertEquals(5, reader.drainAndClose(checker));
      assertEquals(5, checker.lastSequence());
      assertEquals(0, reader.drainAndClose(checker));
    }
  }

  @Test
  void aReaderOutlivesItsObject() {
    BpfObject object = TestObjects.ring().load();
    try (RingBufferReader reader = RingBufferReader.open(object.map("ring"))) {
      try (RingProducer producer = new RingProducer(object)) {
        producer.produce(4, RingProducer.SIZE_64);
      }
      object.close();
      assertTrue(reader.await(FOREVER));
      assertEquals(4, reader.drain(new RecordChecker(), ALL));
    }
  }

  @Test
  @SuppressWarnings("try") // closes early to see what follows
  void aSetWaitsForAnyOfItsRings() throws Exception {
    try (BpfObject object = TestObjects.ring().load();
        RingProducer first = new RingProducer(object);
        RingProducer second = new RingProducer(object).intoOther();
        RingBufferSet set =
            RingBufferSet.of(
                RingBufferReader.open(object.map("ring")),
                RingBufferReader.open(object.map("other")))) {
      RecordChecker[] checkers = {new RecordChecker(), new RecordChecker()};
      assertFalse(set.await(0));
      for (int round = 0; round < 100; round++) {
        CompletableFuture<Boolean> waiting =
            CompletableFuture.supplyAsync(() -> set.await(FOREVER));
        int ring = round % 2;
        (ring == 0 ? first : second).produce(1, RingProducer.SIZE_64);
        assertTrue(waiting.get());
        assertEquals(0, set.readers().get(1 - ring).drain(checkers[1 - ring], ALL));
        assertEquals(1, set.readers().get(ring).drain(checkers[ring], ALL));
      }
      CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> set.await(FOREVER));
      set.wakeup();
      assertFalse(waiting.get());
      CompletableFuture<Boolean> last = CompletableFuture.supplyAsync(() -> set.await(FOREVER));
      set.close();
      assertFalse(last.get());
      assertTrue(set.readers().stream().allMatch(RingBufferReader::isClosed));
    }
  }

  @Test
  void aMillionRecordsAllocateNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (BpfObject object = TestObjects.ring().withMaxEntries("ring", 1 << 24).load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"));
        RingProducer producer = new RingProducer(object)) {
      long[] sum = new long[1];
      RecordHandler handler = (data, offset, _) -> sum[0] += data.get(JAVA_LONG, offset);
      long allocated = 0;
      long records = 0;
      for (int round = 0; round < 12; round++) {
        producer.produce(100_000, RingProducer.SIZE_64);
        long before = threads.getCurrentThreadAllocatedBytes();
        int handed = reader.drain(handler, ALL);
        long after = threads.getCurrentThreadAllocatedBytes();
        assertEquals(100_000, handed);
        if (round >= 2) {
          records += handed;
          allocated += after - before;
        }
      }
      assertEquals(1_000_000, records);
      assertEquals(1_200_000L * 1_200_001 / 2, sum[0]);
      assertTrue(allocated < 100_000, allocated + " bytes allocated for a million records");
    }
  }

  @Test
  void refusesWhatIsNoRingBuffer() {
    try (BpfObject object = TestObjects.maps().load()) {
      RawMap hash = object.map("hash");
      var refused = assertThrows(IllegalArgumentException.class, () -> RingBufferReader.open(hash));
      assertTrue(refused.getMessage().contains("hash"), refused::getMessage);
    }
  }

  @Test
  void refusesOverwriteMode() {
    int overwrite = 1 << 19;
    MapSpec spec = new MapSpec("latest", MapType.RINGBUF, 0, 0, 4096, overwrite);
    var refused =
        assertThrows(IllegalArgumentException.class, () -> RingBufferReader.requireReadable(spec));
    assertTrue(refused.getMessage().contains("BPF_F_RB_OVERWRITE"), refused::getMessage);
  }
}
