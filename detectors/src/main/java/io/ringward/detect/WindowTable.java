/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

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
