/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A ring laid out as the kernel's, with the producer's side of kernel/bpf/ringbuf.c in Java, for
 * the states that a real program cannot be made to hold: a busy record, a corrupt length, positions
 * near the end of 64 bits. The two mappings of the data are two copies that are written alike.
 */
final class SimulatedRing {
  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final int BUSY = 1 << 31;
  private static final int DISCARD = 1 << 30;

  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;
  private final long ringBytes;
  private final RingMemory memory;

  SimulatedRing(Arena arena, int ringBytes, long startPosition) {
    this.consumer = arena.allocate(4096, 4096);
    this.producer = arena.allocate(4096, 4096);
    this.data = arena.allocate(2L * ringBytes, 4096);
    this.ringBytes = ringBytes;
    consumer.set(JAVA_LONG, 0, startPosition);
    producer.set(JAVA_LONG, 0, startPosition);
    this.memory = new RingMemory(consumer, producer, data, ringBytes);
  }

  RingMemory memory() {
    return memory;
  }

  /** The consumer's position as the producer sees it. */
  long consumerPosition() {
    return (long) LONG.getAcquire(consumer, 0L);
  }

  void setProducerPosition(long position) {
    LONG.setRelease(producer, 0L, position);
  }

  /** Reserves a record whose words count up from {@code first}; returns its position, or -1. */
  long reserve(int length, long first) {
    long position = producer.get(JAVA_LONG, 0);
    long next = position + ((length + 8 + 7L) & ~7L);
    if (next - consumerPosition() > ringBytes - 1) {
      return -1;
    }
    setHeader(position, length | BUSY);
    setProducerPosition(next);
    for (int at = 0; at < length; at++) {
      setByte(position + 8 + at, (byte) (first + at));
    }
    return position;
  }

  void commit(long position) {
    setHeader(position, header(position) & ~BUSY);
  }

  void discard(long position) {
    setHeader(position, (header(position) & ~BUSY) | DISCARD);
  }

  /** Overwrites a record's length. */
  void corrupt(long position, int length) {
    setHeader(position, length);
  }

  private int header(long position) {
    return data.get(JAVA_INT, offset(position));
  }

  private void setHeader(long position, int header) {
    long offset = offset(position);
    INT.setRelease(data, offset + ringBytes, header);
    INT.setRelease(data, offset, header);
  }

  private void setByte(long position, byte value) {
    long offset = offset(position);
    data.set(JAVA_BYTE, offset, value);
    data.set(JAVA_BYTE, offset + ringBytes, value);
  }

  private long offset(long position) {
    return position & (ringBytes - 1);
  }
}
