/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * Reads all entries of a map: by batches where the kernel can (BPF_MAP_LOOKUP_BATCH), key by key
 * where it cannot. Entries that are written or removed meanwhile may be seen or not; key by key,
 * one that follows a removed one may be seen twice. Its buffers are reused: nothing is allocated
 * for an entry. Not thread-safe. Valid as long as its map.
 */
public final class MapScanner {
  private static final long BATCH_BYTES = 256 << 10;
  private static final int FEWEST_ENTRIES = 16;
  private static final int FRUITLESS_ATTEMPTS = 16;

  private final RawMap map;
  private final long keyBytes;
  private final long valueBytes;
  // The kernel's position: a bucket number for hashes, a key for others
  // (generic_map_lookup_batch() and __htab_map_lookup_and_delete_batch()).
  private final MemorySegment position;
  private final MemorySegment nextPosition;
  private final MemorySegment count;
  private int capacity;
  private MemorySegment keys;
  private MemorySegment values;
  private boolean batched = true;

  MapScanner(RawMap map) {
    this.map = map;
    this.keyBytes = map.spec().keyBytes();
    this.valueBytes = map.valueBufferBytes();
    long positionBytes = Math.max(Integer.BYTES, keyBytes);
    this.position = map.allocate(positionBytes);
    this.nextPosition = map.allocate(positionBytes);
    this.count = map.allocate(Integer.BYTES);
    long fitting = Math.max(FEWEST_ENTRIES, BATCH_BYTES / (keyBytes + valueBytes));
    allocate((int) Math.min(fitting, Math.max(1, map.spec().maxEntries())));
  }

  /** Takes one entry, whose memory is only valid during the call. */
  @FunctionalInterface
  public interface EntryVisitor {
    /**
     * @param keyOffset where the key starts in {@code keys}
     * @param valueOffset where the value starts in {@code values}; the values of a per-CPU map
     *     follow one another in steps of {@link RawMap#valueStride()}
     */
    void visit(MemorySegment keys, long keyOffset, MemorySegment values, long valueOffset);
  }

  /**
   * Visits all entries.
   *
   * @return how many were visited
   */
  public long scan(EntryVisitor visitor) {
    map.requireOpen();
    if (batched) {
      long visited = scanByBatches(visitor);
      if (visited >= 0) {
        return visited;
      }
      batched = false;
    }
    return scanByKeys(visitor);
  }

  /** Whether the last scan went by batches. */
  public boolean isBatched() {
    return batched;
  }

  /** Returns -1 when the kernel has no batches for this type of map. */
  private long scanByBatches(EntryVisitor visitor) {
    long visited = 0;
    int fruitless = 0;
    boolean first = true;
    while (true) {
      count.set(JAVA_INT, 0, capacity);
      int result =
          LibbpfNative.MAP_LOOKUP_BATCH.call(
              map.fd(),
              first ? MemorySegment.NULL : position,
              nextPosition,
              keys,
              values,
              count,
              MemorySegment.NULL);
      if (first && isUnsupported(-result)) {
        return -1;
      }
      if (result == -Errno.ENOSPC) {
        // One bucket of the hash holds more than the buffers.
        allocate(Math.multiplyExact(capacity, 2));
        continue;
      }
      boolean last = result == -Errno.ENOENT;
      // EINTR: keys vanished under the kernel's walk; what it read so far counts.
      if (result < 0 && !last && result != -Errno.EINTR) {
        map.check("Read a batch of", result);
      }
      int read = count.get(JAVA_INT, 0);
      for (int i = 0; i < read; i++) {
        visitor.visit(keys, i * keyBytes, values, i * valueBytes);
      }
      visited += read;
      if (last) {
        return visited;
      }
      if (read > 0) {
        position.copyFrom(nextPosition);
        first = false;
        fruitless = 0;
      } else if (++fruitless > FRUITLESS_ATTEMPTS) {
        map.check("Read a batch of", result == 0 ? -Errno.EAGAIN : result);
      }
    }
  }

  private long scanByKeys(EntryVisitor visitor) {
    // A deleted key starts the walk again: the bound keeps a busy map from holding it for ever.
    long steps = 2L * map.spec().maxEntries();
    long visited = 0;
    boolean more = map.nextKey(MemorySegment.NULL, keys);
    while (more && steps-- > 0) {
      if (map.lookup(keys, values)) {
        visitor.visit(keys, 0, values, 0);
        visited++;
      }
      MemorySegment.copy(keys, 0, position, 0, keyBytes);
      more = map.nextKey(position, keys);
    }
    return visited;
  }

  /** EINVAL is how kernels say it whose bpf() does not know the command. */
  static boolean isUnsupported(int errno) {
    return errno == Errno.ENOTSUPP || errno == Errno.EOPNOTSUPP || errno == Errno.EINVAL;
  }

  private void allocate(int entries) {
    capacity = entries;
    keys = map.allocate(entries * keyBytes);
    values = map.allocate(entries * valueBytes);
  }
}
