/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.ContractCodec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A bounded table of pooled windows: a hash table with chains, and a list in order of last use.
 * When it is full the window that was used least recently is given up, and counted. Allocates a
 * window only while it grows towards its capacity.
 */
final class WindowTable {
  private final Window[] buckets;
  private final int capacity;
  private final Window lru = new Window();
  private Window pool;
  private int size;
  private long evictions;

  WindowTable(int capacity) {
    if (capacity < 16 || capacity > 1 << 20) {
      throw new IllegalArgumentException("16 to 1048576 windows, not " + capacity);
    }
    this.capacity = capacity;
    buckets = new Window[Integer.highestOneBit(capacity * 2 - 1)];
    lru.newer = lru;
    lru.older = lru;
  }

  /** The window of a key, now the one most recently used; null when there is none. */
  Window find(Scope scope, long high, int low) {
    for (Window w = buckets[bucket(scope, high, low)]; w != null; w = w.nextInBucket) {
      if (w.hasKey(scope, high, low)) {
        touch(w);
        return w;
      }
    }
    return null;
  }

  /** Makes a window the one most recently used. */
  void touch(Window w) {
    if (lru.older != w) {
      unlink(w);
      linkNewest(w);
    }
  }

  /** A fresh window for a key that {@link #find} does not know. */
  Window open(Scope scope, long high, int low) {
    if (size == capacity) {
      evictions++;
      Window victim = lru.newer;
      Window origin = victim.parent();
      if (origin != null && origin.childrenAlive > 0) {
        origin.childrenAlive--;
      }
      close(victim);
    }
    Window w = pool;
    if (w == null) {
      w = new Window();
    } else {
      pool = w.nextInBucket;
    }
    w.open(scope, high, low);
    int bucket = bucket(scope, high, low);
    w.nextInBucket = buckets[bucket];
    buckets[bucket] = w;
    linkNewest(w);
    size++;
    return w;
  }

  /** Gives a window back. References to it are stale from now on. */
  void close(Window w) {
    int bucket = bucket(w.scope, w.keyHigh, w.keyLow);
    if (buckets[bucket] == w) {
      buckets[bucket] = w.nextInBucket;
    } else {
      Window before = buckets[bucket];
      while (before.nextInBucket != w) {
        before = before.nextInBucket;
      }
      before.nextInBucket = w.nextInBucket;
    }
    unlink(w);
    size--;
    w.generation++;
    w.active = false;
    w.parent = null;
    w.anchor = null;
    w.nextInBucket = pool;
    pool = w;
  }

  int size() {
    return size;
  }

  long evictions() {
    return evictions;
  }

  /**
   * Writes all windows: those in use in the order of their last use, then those in the pool, of
   * which only their number and whether they are listed means anything.
   *
   * @return in the order in which they were written
   */
  List<Window> write(DataOutput out) throws IOException {
    List<Window> windows = new ArrayList<>();
    for (Window w = lru.newer; w != lru; w = w.newer) {
      w.position = windows.size();
      windows.add(w);
    }
    out.writeInt(windows.size());
    out.writeLong(evictions);
    for (Window w : windows) {
      out.writeByte(w.scope.code());
      out.writeLong(w.keyHigh);
      out.writeInt(w.keyLow);
    }
    for (Window w : windows) {
      w.write(out);
    }
    int used = windows.size();
    for (Window w = pool; w != null; w = w.nextInBucket) {
      w.position = windows.size();
      windows.add(w);
    }
    out.writeInt(windows.size() - used);
    for (Window w : windows.subList(used, windows.size())) {
      out.writeBoolean(w.listed);
    }
    return windows;
  }

  /** Takes over what {@link #write} wrote, in the place of all that was here. */
  List<Window> read(DataInput in) throws IOException {
    int used = in.readInt();
    if (used < 0 || used > capacity) {
      throw new StreamCorruptedException(
          used + " windows do not fit in a table of " + capacity + ": damaged state");
    }
    Arrays.fill(buckets, null);
    lru.newer = lru;
    lru.older = lru;
    pool = null;
    size = 0;
    long given = in.readLong();
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < used; i++) {
      windows.add(open(ContractCodec.readEnum(in, Scope.values()), in.readLong(), in.readInt()));
    }
    for (Window w : windows) {
      try {
        w.read(in, windows);
      } catch (IndexOutOfBoundsException e) {
        throw new StreamCorruptedException("a window of a window that is not there: damaged state");
      }
    }
    evictions = given;
    int pooled = in.readInt();
    if (pooled < 0 || pooled > 2 * capacity) {
      throw new StreamCorruptedException(pooled + " windows in the pool: damaged state");
    }
    Window last = null;
    for (int i = 0; i < pooled; i++) {
      Window w = new Window();
      w.listed = in.readBoolean();
      windows.add(w);
      if (last == null) {
        pool = w;
      } else {
        last.nextInBucket = w;
      }
      last = w;
    }
    return windows;
  }

  private int bucket(Scope scope, long high, int low) {
    return (int) Mixing.mix(high ^ ((long) low << 32) ^ scope.code()) & (buckets.length - 1);
  }

  private void linkNewest(Window w) {
    w.newer = lru;
    w.older = lru.older;
    lru.older.newer = w;
    lru.older = w;
  }

  private static void unlink(Window w) {
    w.older.newer = w.newer;
    w.newer.older = w.older;
  }
}
