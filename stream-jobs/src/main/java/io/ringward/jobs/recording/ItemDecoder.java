/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.types.StateType;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.lang.foreign.MemorySegment;

/** Reads what {@link ItemEncoder} wrote. Not thread-safe. */
final class ItemDecoder {
  private final EventMemory memory = new EventMemory();
  private final EventDecoder events = new EventDecoder(memory);
  private final SampleCoder samples = new SampleCoder(memory);
  private final EventView view = new EventView();
  private long lastOffset;
  private byte[] viewed = {};
  private MemorySegment segment = MemorySegment.ofArray(viewed);

  /** Takes what lies between items. */
  @FunctionalInterface
  interface GapHandler {
    void lost(long items);
  }

  /**
   * Reads the next item. An event is a view that the next call moves on.
   *
   * @return null when the buffer ends
   * @throws IOException when the bytes are no item
   */
  FeedItem next(CompactInput in, GapHandler gaps) throws IOException {
    while (in.hasRemaining()) {
      int tag = in.octet();
      if (!EventEncoder.isOther(tag)) {
        return event(tag, in);
      }
      int kind = in.octet();
      if (kind != ItemEncoder.GAP) {
        return control(kind, in);
      }
      gaps.lost(in.unsigned());
    }
    return null;
  }

  private EventView event(int tag, CompactInput in) throws IOException {
    int length = events.decode(tag, in);
    if (events.event() != viewed) {
      viewed = events.event();
      segment = MemorySegment.ofArray(viewed);
    }
    try {
      return view.wrap(segment, 0, length);
    } catch (IllegalArgumentException e) {
      throw new StreamCorruptedException("no event: " + e.getMessage());
    }
  }

  private ControlItem control(int kind, CompactInput in) throws IOException {
    return switch (kind) {
      case ItemEncoder.TICK -> {
        long time = time(in);
        lastOffset += in.signed();
        yield new ControlItem.Tick(time, lastOffset);
      }
      case ItemEncoder.SAMPLE -> {
        long time = time(in);
        yield new ControlItem.Sampled(samples.read(time, in));
      }
      case ItemEncoder.MARK ->
          new ControlItem.RecordingMark(time(in), in.count(Integer.MAX_VALUE), in.octet() != 0);
      case ItemEncoder.CONTROL -> {
        if (StateType.FEED_ITEM.read(new DataInputStream(in)) instanceof ControlItem item) {
          yield item;
        }
        throw new StreamCorruptedException("an event where a control item should be");
      }
      default -> throw new StreamCorruptedException(kind + " is no kind of item");
    };
  }

  private long time(CompactInput in) throws IOException {
    memory.lastTime += in.signed();
    return memory.lastTime;
  }
}
