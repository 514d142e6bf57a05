/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An event as its bytes on the wire, a control item by {@link ControlItemCodec}. In the embedded
 * job source and stage are chained and this is never called; a topology that splits them still
 * works.
 */
final class FeedItemCodec implements Codec<FeedItem> {
  static final FeedItemCodec INSTANCE = new FeedItemCodec();

  private static final int EVENT = 0;
  private static final int CONTROL = 1;

  /** More than the largest event of the wire. */
  private static final int MOST_BYTES = 1 << 16;

  private FeedItemCodec() {}

  @Override
  public void write(FeedItem item, DataOutput out) throws IOException {
    switch (item) {
      case EventView view -> {
        byte[] bytes = bytes(view);
        out.writeByte(EVENT);
        out.writeInt(bytes.length);
        out.write(bytes);
      }
      case ControlItem control -> {
        out.writeByte(CONTROL);
        ControlItemCodec.INSTANCE.write(control, out);
      }
    }
  }

  @Override
  public FeedItem read(int version, DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case EVENT -> {
        int size = in.readInt();
        if (size < 0 || size > MOST_BYTES) {
          throw new StreamCorruptedException("an event of " + size + " bytes: damaged state");
        }
        byte[] bytes = new byte[size];
        in.readFully(bytes);
        yield new EventView().wrap(MemorySegment.ofArray(bytes), 0, size);
      }
      case CONTROL -> ControlItemCodec.INSTANCE.read(version, in);
      default ->
          throw new StreamCorruptedException(kind + " is no kind of feed item: damaged state");
    };
  }

  @Override
  public FeedItem copy(FeedItem item) {
    return switch (item) {
      case EventView view ->
          new EventView().wrap(MemorySegment.ofArray(bytes(view)), 0, view.size());
      case ControlItem control -> control;
    };
  }

  private static byte[] bytes(EventView view) {
    return view.segment().asSlice(view.base(), view.size()).toArray(ValueLayout.JAVA_BYTE);
  }
}
