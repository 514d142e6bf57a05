/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Reads a BPF_MAP_TYPE_RINGBUF in place: the kernel's pages are mapped, records are handed over
 * where they lie, and nothing is copied, allocated or called back from C for a record.
 *
 * <pre>{@code
 * while (!reader.isClosed()) {
 *   boolean ready = reader.await(Duration.ofMillis(100).toNanos());
 *   reader.drain(handler, 10_000); // after a timeout too: records may come without a wakeup
 * }
 * }</pre>
 *
 * <p>A ring has one consumer: {@link #drain} and {@link #await} take turns, whatever thread they
 * are called from. Wakeup, close and the counters may be called from any thread at any time. The
 * reader stays valid when the map's object is closed before it.
 */
public final class RingBufferReader implements AutoCloseable {
  /** BPF_F_RB_OVERWRITE of linux/bpf.h: positions then follow another protocol. */
  private static final int OVERWRITE = 1 << 19;

  private final String name;
  private final long ringBytes;
  private final int fd;
  private final Arena arena;
  private final RingMemory memory;
  private final RingWaiter waiter;
  private final ConsumerGate gate = new ConsumerGate(this::release);
  private volatile long finalInFlightBytes;

  private RingBufferReader(String name, int fd, Arena arena, RingMemory memory, long ringBytes) {
    this.name = name;
    this.ringBytes = ringBytes;
    this.fd = fd;
    this.arena = arena;
    this.memory = memory;
    this.waiter = new RingWaiter(arena, List.of(memory), new int[] {fd}, arena.allocate(JAVA_INT));
  }

  /**
   * Maps a ring buffer, whose reading goes on where its last reader stopped.
   *
   * @throws IllegalArgumentException when the map is no ring buffer, or one in overwrite mode
   * @throws BpfException when it cannot be mapped
   */
  public static RingBufferReader open(RawMap map) {
    MapSpec spec = map.spec();
    requireReadable(spec);
    Arena arena = MappedMemory.ownedArena();
    int fd = -1;
    try {
      fd = duplicate(map);
      return open(map.name(), fd, arena, Integer.toUnsignedLong(spec.maxEntries()));
    } catch (RuntimeException e) {
      arena.close();
      if (fd >= 0) {
        LibcNative.close(fd);
      }
      throw e;
    }
  }

  static void requireReadable(MapSpec spec) {
    if (spec.type() != MapType.RINGBUF) {
      throw new IllegalArgumentException(
          "map " + spec.name() + " is no ring buffer but " + spec.type());
    }
    if ((spec.flags() & OVERWRITE) != 0) {
      throw new IllegalArgumentException(
          "ring buffer "
              + spec.name()
              + " is in overwrite mode, which is not supported: declare it without"
              + " BPF_F_RB_OVERWRITE");
    }
  }

  private static RingBufferReader open(String name, int fd, Arena arena, long ringBytes) {
    // ringbuf_map_mmap_kern(): page 0 is the consumer's, page 1 the producer's and not writable;
    // the data pages follow twice, so that no record is split.
    long page = MappedMemory.pageBytes();
    int read = LibcNative.PROT_READ;
    MemorySegment consumer =
        MappedMemory.map(
            "Map the consumer's page of ring buffer " + name,
            arena,
            page,
            read | LibcNative.PROT_WRITE,
            fd,
            0L);
    MemorySegment producer =
        MappedMemory.map(
            "Map the records of ring buffer " + name, arena, page + 2 * ringBytes, read, fd, page);
    MemorySegment data = producer.asSlice(page, 2 * ringBytes);
    RingMemory memory =
        new RingMemory(consumer, producer.asSlice(0, page).asReadOnly(), data, ringBytes);
    return new RingBufferReader(name, fd, arena, memory, ringBytes);
  }

  private static int duplicate(RawMap map) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(call);
      int fd = LibcNative.duplicate(state, map.fd());
      if (fd < 0) {
        throw BpfException.of("Duplicate ring buffer " + map.name(), CallState.errno(state));
      }
      return fd;
    }
  }

  /** The name of the map. */
  public String name() {
    return name;
  }

  /** Size of the ring's data in bytes. */
  public long capacityBytes() {
    return ringBytes;
  }

  /**
   * One pass: hands over what is there now, until a record that its producer has not finished, or
   * the limit. Space is given back to producers at least every eighth of the ring and at the end.
   * If the handler throws, the record it was given counts as consumed.
   *
   * @param limit the most records to hand over
   * @return how many were handed over; 0 after closing
   * @throws RingCorruptionException when the ring's content cannot be true
   */
  public int drain(RecordHandler handler, int limit) {
    if (!gate.enter()) {
      return 0;
    }
    try {
      return memory.drain(handler, limit);
    } finally {
      gate.leave();
    }
  }

  /**
   * The same, and stops before the first record whose key is over a bound: merges two rings by the
   * time that their records carry.
   *
   * @param keyOffset where in the payload the key is, a signed 64-bit number; a record too short to
   *     have one is handed over
   */
  public int drainUpTo(RecordHandler handler, int limit, long keyOffset, long bound) {
    if (!gate.enter()) {
      return 0;
    }
    try {
      return memory.drainUpTo(handler, limit, keyOffset, bound);
    } finally {
      gate.leave();
    }
  }

  /**
   * The key of the record that would be handed over next.
   *
   * @param keyOffset as in {@link #drainUpTo}
   * @param empty the answer when there is no record, or when this reader is closed
   * @param busy the answer when the record's producer has not finished it
   */
  public long nextKey(long keyOffset, long empty, long busy) {
    if (!gate.enter()) {
      return empty;
    }
    try {
      return memory.nextKey(keyOffset, empty, busy);
    } finally {
      gate.leave();
    }
  }

  /**
   * Waits until records are there, {@link #wakeup()}, closing, or the end of the time.
   *
   * @param timeoutNanos rounded up to milliseconds; 0 or less looks without waiting. Interrupting
   *     the thread does not end it: use {@link #wakeup()}
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

  /** Records handed over so far. */
  public long records() {
    return memory.records();
  }

  /** Bytes of payload handed over so far. */
  public long bytes() {
    return memory.bytes();
  }

  /** Records that their producers discarded after reserving them, skipped so far. */
  public long discarded() {
    return memory.discarded();
  }

  /** Waits that began at a record which its producer had not finished. */
  public long busyStalls() {
    return memory.busyStalls();
  }

  /**
   * Bytes that producers have reserved and that are not consumed, 8-byte record headers included;
   * after closing, those that were left.
   */
  public long inFlightBytes() {
    try {
      return memory.inFlightBytes();
    } catch (IllegalStateException unmapped) {
      return finalInFlightBytes;
    }
  }

  public boolean isClosed() {
    return gate.isClosed();
  }

  /**
   * Ends a wait in flight, waits for the pass in flight, then unmaps; records that are left are
   * lost. From inside a handler it takes effect at the end of the pass. Later calls do nothing.
   */
  @Override
  public void close() {
    gate.close(waiter::wakeup, () -> {});
  }

  /**
   * Closes after a last pass: for records that were sent without a wakeup.
   *
   * @return how many records the last pass handed over
   */
  public int drainAndClose(RecordHandler handler) {
    int[] handed = new int[1];
    gate.close(waiter::wakeup, () -> handed[0] = memory.drain(handler, Integer.MAX_VALUE));
    return handed[0];
  }

  /** For {@link RingBufferSet}. */
  RingMemory memory() {
    return memory;
  }

  /** For {@link RingBufferSet}: a descriptor of the map, valid until this reader is closed. */
  int fd() {
    return fd;
  }

  private void release() {
    finalInFlightBytes = memory.inFlightBytes();
    waiter.close();
    arena.close();
    LibcNative.close(fd);
  }
}
