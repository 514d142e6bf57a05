/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The consumer's side of BPF_MAP_TYPE_RINGBUF on its mapped memory: positions and records, but
 * neither mapping nor waiting. Contract: kernel/bpf/ringbuf.c and Documentation/bpf/ringbuf.rst.
 *
 * <p>Positions count bytes since the map was made and never wrap in practice; they are compared by
 * subtraction. {@link #drain} and {@link #state} are for one thread at a time; the counters may be
 * read by any.
 */
final class RingMemory {
  // linux/bpf.h
  private static final int BUSY = 1 << 31;
  private static final int DISCARD = 1 << 30;
  private static final int HEADER_BYTES = 8;

  /** The header's size, and what rounding up to the next multiple of 8 takes. */
  private static final int ROUNDED_HEADER_BYTES = HEADER_BYTES + 7;

  /** Takes the flags off a header, and the remainder of 8. */
  private static final int STEP_MASK = ~(BUSY | DISCARD | 7);

  /**
   * For the headers alone: a constant segment, whose checks fold away; through the ring's own,
   * which has to be checked again after each acquire, a record costs 5 ns instead of 3. Safe, since
   * a pass stays between its two checked positions, and nobody unmaps during a pass.
   */
  @SuppressWarnings("restricted")
  private static final MemorySegment ADDRESS_SPACE = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final long NO_KEY = -1;

  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final VarHandle COUNTERS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int RECORDS = 0;
  private static final int BYTES = 1;
  private static final int DISCARDED = 2;
  private static final int BUSY_STALLS = 3;

  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;
  private final long ringBytes;
  private final long mask;
  private final long publishBytes;
  private final long[] counters = new long[4];

  /** What stands at the consumer's position. */
  enum State {
    /** Nothing: all that was reserved has been consumed. */
    EMPTY,
    /** A record that is reserved and not yet committed: nothing can be consumed. */
    BUSY,
    /** A record that can be consumed, or discarded space. */
    READY
  }

  /**
   * Takes over a ring where the last consumer left it.
   *
   * @param consumer the page with the consumer's position
   * @param producer the page with the producer's position
   * @param data the ring, mapped twice in a row
   * @param ringBytes its size, a power of two, half of what {@code data} has
   */
  RingMemory(MemorySegment consumer, MemorySegment producer, MemorySegment data, long ringBytes) {
    if (Long.bitCount(ringBytes) != 1 || data.byteSize() != 2 * ringBytes) {
      throw new IllegalArgumentException(
          "a ring of " + ringBytes + " bytes cannot have " + data.byteSize() + " mapped");
    }
    this.consumer = consumer;
    this.producer = producer;
    this.data = data.asReadOnly();
    this.ringBytes = ringBytes;
    this.mask = ringBytes - 1;
    this.publishBytes = ringBytes / 8;
  }

  /**
   * One pass: hands over what had been reserved when it began, until a record that is busy, or the
   * limit. Bounded by the ring's size however fast producers are.
   *
   * @param limit the most records to hand over
   * @return how many were handed over
   * @throws RingCorruptionException when a length cannot be true
   */
  int drain(RecordHandler handler, int limit) {
    return drain(handler, limit, NO_KEY, 0);
  }

  /**
   * The same, and stops before the first record whose key is over a bound, so that two rings can be
   * merged by the time that their records carry.
   *
   * @param keyOffset where in the payload the key is, a signed 64-bit number; a record too short to
   *     have one is handed over
   */
  int drainUpTo(RecordHandler handler, int limit, long keyOffset, long bound) {
    if (keyOffset < 0) {
      throw new IllegalArgumentException("a key is at offset 0 or later, not " + keyOffset);
    }
    return drain(handler, limit, keyOffset, bound);
  }

  private int drain(RecordHandler handler, int limit, long keyOffset, long bound) {
    // Plain: this thread is the only one that writes it. Read again each time, since a map that
    // is pinned or shared may have been consumed by somebody else between two passes.
    long position = consumerPosition();
    long end = producerPosition();
    requirePlausible(position, end);
    // Both mappings of the data serve as one stretch: a pass is no longer than the ring, so nothing
    // wraps from record to record.
    long start = position & mask;
    long origin = position - start;
    long stop = end - origin;
    long address = data.address();
    MemorySegment ring = data;
    long at = start;
    long publishAt = at + publishBytes;
    // Most records are as long as the one before. Comparing with that one lets the processor go on
    // to the next header by a guess, where it would have to wait until this header is loaded and
    // the next one's place computed from it. At first that of an
    // empty record, which is as true as any.
    int usualHeader = 0;
    long usualStep = HEADER_BYTES;
    int handed = 0;
    long bytes = 0;
    long discarded = 0;
    try {
      while (at != stop && handed < limit) {
        // Acquire: pairs with the kernel's xchg of the header at commit, so that the payload which
        // was written before it is seen.
        int header = (int) INT.getAcquire(ADDRESS_SPACE, address + at);
        if (header != usualHeader) {
          if (header < 0) { // BUSY is the sign bit
            break;
          }
          usualStep = step(header);
          usualHeader = header;
        }
        long next = at + usualStep;
        if (next > stop) {
          throw corrupt(origin + at, end, header);
        }
        if ((header & DISCARD) == 0) {
          long payload = at + HEADER_BYTES;
          if (keyOffset >= 0 && key(payload, header, keyOffset) > bound) {
            break;
          }
          // Advanced first: a handler that throws does not get the same record again.
          at = next;
          handed++;
          bytes += header;
          handler.onRecord(ring, payload, header);
        } else {
          at = next;
          discarded++;
        }
        if (at >= publishAt) {
          publish(origin + at);
          publishAt = at + publishBytes;
        }
      }
    } finally {
      if (at != start) {
        publish(origin + at);
      }
      add(RECORDS, handed);
      add(BYTES, bytes);
      add(DISCARDED, discarded);
    }
    return handed;
  }

  /**
   * The key of the record that is next.
   *
   * @param empty the answer when there is none
   * @param busy the answer when its producer has not finished it
   */
  long nextKey(long keyOffset, long empty, long busy) {
    long position = consumerPosition();
    long end = producerPosition();
    requirePlausible(position, end);
    long at = position & mask;
    long stop = end - position + at;
    while (at != stop) {
      int header = (int) INT.getAcquire(data, at);
      if (header < 0) {
        return busy;
      }
      long next = at + step(header);
      if (next > stop) {
        throw corrupt(end - (stop - at), end, header);
      }
      if ((header & DISCARD) == 0) {
        return key(at + HEADER_BYTES, header, keyOffset);
      }
      at = next;
    }
    return empty;
  }

  /** Bytes from one header to the next. */
  private static long step(int header) {
    return Integer.toUnsignedLong((header + ROUNDED_HEADER_BYTES) & STEP_MASK);
  }

  /** The least key there is for a record that is too short to have one. */
  private long key(long payload, int length, long keyOffset) {
    return length < keyOffset + Long.BYTES
        ? Long.MIN_VALUE
        : data.get(JAVA_LONG_UNALIGNED, payload + keyOffset);
  }

  /** What a consumer that is about to sleep would miss; to be asked after a full fence. */
  State state() {
    long position = consumerPosition();
    if (position == producerPosition()) {
      return State.EMPTY;
    }
    int header = (int) INT.getAcquire(data, position & mask);
    return (header & BUSY) == 0 ? State.READY : State.BUSY;
  }

  /** Bytes reserved by producers and not yet consumed, headers included; 0 to the ring's size. */
  long inFlightBytes() {
    // The consumer's position first: read the other way round, it could overtake.
    long position = (long) LONG.getAcquire(consumer, 0L);
    return Math.min(ringBytes, producerPosition() - position);
  }

  long records() {
    return (long) COUNTERS.getOpaque(counters, RECORDS);
  }

  long bytes() {
    return (long) COUNTERS.getOpaque(counters, BYTES);
  }

  long discarded() {
    return (long) COUNTERS.getOpaque(counters, DISCARDED);
  }

  long busyStalls() {
    return (long) COUNTERS.getOpaque(counters, BUSY_STALLS);
  }

  /** Counts one wait that begins at a busy record, if this ring stands at one. */
  void countIfBusy() {
    if (state() == State.BUSY) {
      add(BUSY_STALLS, 1);
    }
  }

  /** One thread writes, others read: opaque is enough, and costs no more than a plain store. */
  private void add(int counter, long amount) {
    COUNTERS.setOpaque(counters, counter, counters[counter] + amount);
  }

  private long consumerPosition() {
    return (long) LONG.get(consumer, 0L);
  }

  private long producerPosition() {
    // Acquire: pairs with the kernel's store-release at reserve, so that each header below it is
    // seen at least as busy.
    return (long) LONG.getAcquire(producer, 0L);
  }

  private void publish(long position) {
    // Release: the handlers' reads are over before the kernel may write there again; pairs with its
    // load-acquire at reserve and commit.
    LONG.setRelease(consumer, 0L, position);
  }

  private void requirePlausible(long position, long end) {
    boolean aligned = ((position | end) & 7) == 0;
    if (!aligned || end - position < 0 || end - position > ringBytes) {
      throw corrupt(position, end, "these positions");
    }
  }

  private RingCorruptionException corrupt(long position, long end, int header) {
    return corrupt(position, end, "a record of " + (header & ~DISCARD) + " bytes");
  }

  private RingCorruptionException corrupt(long position, long end, String found) {
    return new RingCorruptionException(
        "The ring buffer of %d bytes is corrupt: %s at consumer position %d, producer position %d. Is there a second reader?"
            .formatted(ringBytes, found, position, end));
  }
}
