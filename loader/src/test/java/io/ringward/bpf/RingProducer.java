/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Makes records in the kernel by running the test program {@code produce}. For one thread; the
 * program itself may run in several at once.
 */
final class RingProducer implements AutoCloseable {
  static final int SIZE_64 = 2;
  static final int SIZE_MIXED = 5;
  static final long NO_WAKEUP = 1;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment request = arena.allocate(64, 8);
  private final BpfProgram produce;
  private long nextSequence = 1;
  private int discardEvery;
  private int ring;
  private long flags;
  private long submitted;
  private long discarded;
  private long failed;
  private long bytes;

  RingProducer(BpfObject object) {
    this.produce = object.program("produce");
  }

  RingProducer discardingEvery(int sequences) {
    discardEvery = sequences;
    return this;
  }

  RingProducer intoOther() {
    ring = 1;
    return this;
  }

  RingProducer withFlags(long submitFlags) {
    flags = submitFlags;
    return this;
  }

  RingProducer startingAt(long sequence) {
    nextSequence = sequence;
    return this;
  }

  void produce(int count, int sizeClass) {
    request.fill((byte) 0);
    request.set(JAVA_LONG, 0, nextSequence);
    request.set(JAVA_INT, 8, count);
    request.set(JAVA_INT, 12, discardEvery);
    request.set(JAVA_INT, 16, sizeClass);
    request.set(JAVA_INT, 20, ring);
    request.set(JAVA_LONG, 24, flags);
    int result = produce.testRun(request);
    if (result != 0) {
      throw new AssertionError("produce returned " + result);
    }
    nextSequence += count;
    submitted += request.get(JAVA_LONG, 32);
    discarded += request.get(JAVA_LONG, 40);
    failed += request.get(JAVA_LONG, 48);
    bytes += request.get(JAVA_LONG, 56);
  }

  long attempted() {
    return nextSequence - 1;
  }

  long submitted() {
    return submitted;
  }

  long discarded() {
    return discarded;
  }

  long failed() {
    return failed;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    arena.close();
  }
}
