/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;

/**
 * A hash table of entries by identity that is asked with plain numbers, so that a look-up allocates
 * nothing. Open addressing with linear probing; removal moves the followers back instead of leaving
 * a mark (Knuth, The Art of Computer Programming, volume 3, algorithm 6.4R). At most half full.
 */
final class ProcessIndex {
  private static final int SMALLEST = 1024;
  private static final int LARGEST = 1 << 22;
  private static final int INHERITED_STEPS = 512;

  private ProcessEntry[] slots = new ProcessEntry[SMALLEST];
  private int size;
  private int hand;

  int size() {
    return size;
  }

  /** The entry of a process, or null. */
  ProcessEntry find(long startBoottimeNanos, int tgid) {
    int mask = slots.length - 1;
    for (int at = home(startBoottimeNanos, tgid, mask); slots[at] != null; at = (at + 1) & mask) {
      ProcessEntry entry = slots[at];
      if (entry.startBoottimeNanos == startBoottimeNanos && entry.tgid == tgid) {
        return entry;
      }
    }
    return null;
  }

  /** Adds an entry whose key is not here yet. */
  void add(ProcessEntry entry) {
    if ((size + 1) * 2 > slots.length) {
      grow();
    }
    place(entry);
    size++;
  }

  void remove(ProcessEntry entry) {
    int mask = slots.length - 1;
    int hole = home(entry.startBoottimeNanos, entry.tgid, mask);
    while (slots[hole] != entry) {
      hole = (hole + 1) & mask;
    }
    int at = hole;
    while (true) {
      at = (at + 1) & mask;
      ProcessEntry follower = slots[at];
      if (follower == null) {
        break;
      }
      int home = home(follower.startBoottimeNanos, follower.tgid, mask);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = follower;
        hole = at;
      }
    }
    slots[hole] = null;
    size--;
  }

  /**
   * Looks on from where it stopped last, for a bounded number of steps, for an entry whose facts
   * are its parent's: one that nobody descends from if there is one, else any.
   *
   * @return null when none came by
   */
  ProcessEntry nextInherited() {
    int mask = slots.length - 1;
    ProcessEntry found = null;
    for (int step = 0; step < INHERITED_STEPS; step++) {
      hand = (hand + 1) & mask;
      ProcessEntry entry = slots[hand];
      if (entry != null && entry.origin != ProcessEntry.Origin.NAMED) {
        found = entry;
        if (entry.children == 0) {
          return entry;
        }
      }
    }
    return found;
  }

  /**
   * Goes on from where it stopped last and gives the next entry that has not been touched since the
   * hand passed it before (the clock algorithm of page replacement).
   */
  ProcessEntry nextUntouched() {
    int mask = slots.length - 1;
    while (true) {
      hand = (hand + 1) & mask;
      ProcessEntry entry = slots[hand];
      if (entry != null) {
        if (!entry.touched) {
          return entry;
        }
        entry.touched = false;
      }
    }
  }

  private void grow() {
    ProcessEntry[] old = slots;
    slots = new ProcessEntry[old.length * 2];
    for (ProcessEntry entry : old) {
      if (entry != null) {
        place(entry);
      }
    }
  }

  private void place(ProcessEntry entry) {
    int mask = slots.length - 1;
    int at = home(entry.startBoottimeNanos, entry.tgid, mask);
    while (slots[at] != null) {
      at = (at + 1) & mask;
    }
    slots[at] = entry;
  }

  /** Writes the entries with their slots: which one is forgotten next depends on those. */
  void write(DataOutput out) throws IOException {
    out.writeInt(slots.length);
    out.writeInt(hand);
    out.writeInt(size);
    for (int at = 0; at < slots.length; at++) {
      if (slots[at] != null) {
        out.writeInt(at);
        slots[at].write(out);
      }
    }
  }

  /** Takes over what {@link #write} wrote, in the place of all that was here. */
  void read(DataInput in) throws IOException {
    int length = in.readInt();
    int at = in.readInt();
    int count = in.readInt();
    if (length < SMALLEST
        || length > LARGEST
        || Integer.bitCount(length) != 1
        || count < 0
        || count * 2L > length) {
      throw new StreamCorruptedException(
          count + " processes in " + length + " slots: damaged state");
    }
    slots = new ProcessEntry[length];
    hand = at;
    size = count;
    for (int i = 0; i < count; i++) {
      int slot = in.readInt();
      if (slot < 0 || slot >= length) {
        throw new StreamCorruptedException("slot " + slot + " of " + length + ": damaged state");
      }
      slots[slot] = ProcessEntry.read(in);
    }
  }

  /** Multiplicative mixing; start times differ in their low bits, tgids are dense. */
  private static int home(long startBoottimeNanos, int tgid, int mask) {
    long mixed = (startBoottimeNanos ^ ((long) tgid << 32)) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 40) & mask;
  }
}
