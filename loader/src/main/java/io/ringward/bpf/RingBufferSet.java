/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Waits for several ring buffers at once. The consumer drains them itself, in the order of their
 * importance:
 *
 * <pre>{@code
 * while (!rings.isClosed()) {
 *   boolean ready = rings.await(timeoutNanos);
 *   lifecycle.drain(handler, Integer.MAX_VALUE);
 *   activity.drain(handler, 4096);
 * }
 * }</pre>
 *
 * <p>One thread waits at a time; wakeup and close may be called from any. The set owns its readers:
 * close the set, not them.
 */
public final class RingBufferSet implements AutoCloseable {
  private final List<RingBufferReader> readers;
  private final Arena arena;
  private final RingWaiter waiter;
  private final ConsumerGate gate = new ConsumerGate(this::release);

  private RingBufferSet(List<RingBufferReader> readers, Optional<MemorySegment> sleepsWord) {
    this.readers = readers;
    this.arena = MappedMemory.ownedArena();
    try {
      this.waiter =
          new RingWaiter(
              arena,
              readers.stream().map(RingBufferReader::memory).toList(),
              readers.stream().mapToInt(RingBufferReader::fd).toArray(),
              sleepsWord.orElseGet(() -> arena.allocate(JAVA_INT)));
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** Takes over these readers. */
  public static RingBufferSet of(RingBufferReader... readers) {
    return new RingBufferSet(List.of(readers), Optional.empty());
  }

  /**
   * The same, for programs that ask whether their reader sleeps before they wake it.
   *
   * @param sleepsWord an int in memory that is shared with the programs, valid until this is
   *     closed: set to 1 before the last look that precedes a sleep, to 0 when awake; a program may
   *     set it to 0 when it takes the wakeup upon itself
   */
  public static RingBufferSet of(MemorySegment sleepsWord, RingBufferReader... readers) {
    return new RingBufferSet(List.of(readers), Optional.of(sleepsWord));
  }

  /** The readers, in the order they were given. */
  public List<RingBufferReader> readers() {
    return readers;
  }

  /**
   * Waits until records are there in one of the rings, {@link #wakeup()}, closing, or the end of
   * the time.
   *
   * @param timeoutNanos rounded up to milliseconds; 0 or less looks without waiting
   * @return whether records can be drained
   */
  public boolean await(long timeoutNanos) {
    if (!gate.enter()) {
      return false;
    }
    try {
      return waiter.await(timeoutNanos);
    } finally {
      gate.leave();
    }
  }

  /** Ends the wait in flight, or else the next one. */
  public void wakeup() {
    waiter.wakeup();
  }

  public boolean isClosed() {
    return gate.isClosed();
  }

  /**
   * Ends a wait in flight and waits for passes in flight, then closes the readers. From inside a
   * handler, the reader whose pass it is closes at the end of that pass.
   */
  @Override
  public void close() {
    gate.close(waiter::wakeup, () -> {});
  }

  private void release() {
    waiter.close();
    arena.close();
    readers.forEach(RingBufferReader::close);
  }
}
