/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Items on their way from the loop's thread to the writer's: events as their bytes behind an i32
 * length, control items as {@link #CONTROL} and the item itself beside it. Owned by one of the two
 * threads at a time.
 */
final class Chunk {
  static final int BYTES = 256 << 10;
  static final int CONTROL = -1;

  /** Followed by an i64: so many items were lost here. */
  static final int GAP = -2;

  private static final int MOST_CONTROLS = 4096;

  private final byte[] bytes = new byte[BYTES];
  private final MemorySegment segment = MemorySegment.ofArray(bytes);
  private final List<ControlItem> controls = new ArrayList<>();
  private int used;

  byte[] bytes() {
    return bytes;
  }

  int used() {
    return used;
  }

  List<ControlItem> controls() {
    return controls;
  }

  boolean isEmpty() {
    return used == 0;
  }

  void clear() {
    used = 0;
    controls.clear();
  }

  /** Copies an event; false when it does not fit. */
  boolean add(EventView event) {
    int size = event.size();
    if (used + Integer.BYTES + size > BYTES) {
      return false;
    }
    WireEvent.putInt(bytes, used, size);
    MemorySegment.copy(
        event.segment(),
        ValueLayout.JAVA_BYTE,
        event.base(),
        segment,
        ValueLayout.JAVA_BYTE,
        used + Integer.BYTES,
        size);
    used += Integer.BYTES + size;
    return true;
  }

  /** Keeps a control item; false when it does not fit. */
  boolean add(ControlItem item) {
    if (used + Integer.BYTES > BYTES || controls.size() == MOST_CONTROLS) {
      return false;
    }
    WireEvent.putInt(bytes, used, CONTROL);
    used += Integer.BYTES;
    controls.add(item);
    return true;
  }

  /** Notes a gap, in a chunk that is empty. */
  void gap(long lost) {
    WireEvent.putInt(bytes, used, GAP);
    WireEvent.putLong(bytes, used + Integer.BYTES, lost);
    used += Integer.BYTES + Long.BYTES;
  }
}
