/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

/** A first-in, first-out list of entries, linked through themselves: an entry is in one at most. */
final class ProcessQueue {
  private ProcessEntry oldest;
  private ProcessEntry newest;
  private int size;

  int size() {
    return size;
  }

  /** The one that has been here longest, or null when empty. */
  ProcessEntry oldest() {
    return oldest;
  }

  void add(ProcessEntry entry) {
    entry.queue = this;
    entry.newer = null;
    entry.older = newest;
    if (newest == null) {
      oldest = entry;
    } else {
      newest.newer = entry;
    }
    newest = entry;
    size++;
  }

  /** Forgets all entries at once; they are not asked any more. */
  void clear() {
    oldest = null;
    newest = null;
    size = 0;
  }

  /** Takes an entry of this queue out. */
  void remove(ProcessEntry entry) {
    if (entry.older == null) {
      oldest = entry.newer;
    } else {
      entry.older.newer = entry.newer;
    }
    if (entry.newer == null) {
      newest = entry.older;
    } else {
      entry.newer.older = entry.older;
    }
    entry.older = null;
    entry.newer = null;
    entry.queue = null;
    size--;
  }
}
