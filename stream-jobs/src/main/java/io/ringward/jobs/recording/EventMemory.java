/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.kernel.EventKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What writer and reader both remember of the events so far, so that the next one need only say
 * what is new. Both must call the same methods in the same order. Bounded: when it is full it
 * forgets all, on both sides at the same event.
 */
final class EventMemory {
  private static final int MOST_PROCESSES = 1 << 16;

  /** A process, as its last event showed it. */
  static final class Known {
    final long start;
    final int tgid;
    final int index;
    Known parent;
    int tid;
    int uid;
    long cgroup;
    long commHigh;
    long commLow;

    Known(long start, int tgid, int index) {
      this.start = start;
      this.tgid = tgid;
      this.index = index;
      this.tid = tgid;
    }
  }

  private record Key(long start, int tgid) {}

  private final Map<Key, Known> byKey = new HashMap<>();
  private final List<Known> byIndex = new ArrayList<>();
  private final int[] hooks = new int[EventKind.values().length + 1];
  long lastTime;
  long lastStart;
  int lastTgid;
  Known lastActor;

  EventMemory() {
    clear();
  }

  private void clear() {
    byKey.clear();
    byIndex.clear();
    lastActor = null;
  }

  /** To be called before each event: makes room. */
  void begin() {
    if (byIndex.size() > MOST_PROCESSES) {
      clear();
    }
  }

  /** A process that was seen, or null. */
  Known find(long start, int tgid) {
    return byKey.get(new Key(start, tgid));
  }

  int size() {
    return byIndex.size();
  }

  Known add(long start, int tgid) {
    Known known = new Known(start, tgid, byIndex.size());
    byKey.put(new Key(start, tgid), known);
    byIndex.add(known);
    lastStart = start;
    lastTgid = tgid;
    return known;
  }

  /**
   * Writes which process is meant: its distance to the newest, so that who acts often and lately is
   * a small number, or 0 and what is new of a new one.
   */
  Known write(long start, int tgid, CompactOutput out) {
    Known known = find(start, tgid);
    if (known != null) {
      out.unsigned(size() - known.index);
      return known;
    }
    out.unsigned(0);
    out.signed(start - lastStart);
    out.signed((long) tgid - lastTgid);
    return add(start, tgid);
  }

  /** Reads what {@link #write} wrote. */
  Known read(CompactInput in) throws IOException {
    int distance = in.count(size());
    if (distance > 0) {
      return byIndex.get(size() - distance);
    }
    long start = lastStart + in.signed();
    return add(start, (int) (lastTgid + in.signed()));
  }

  /** The hook that the last event of a kind came from. */
  int hook(int kind) {
    return hooks[kind];
  }

  void hook(int kind, int hook) {
    hooks[kind] = hook;
  }

  /** A child is as its parent is. */
  void inherit(Known child, Known parent) {
    child.parent = parent;
    child.uid = parent.uid;
    child.cgroup = parent.cgroup;
    child.commHigh = parent.commHigh;
    child.commLow = parent.commLow;
  }
}
