/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.types.StateType;
import io.ringward.kernel.ControlItem;
import java.io.DataOutputStream;
import java.io.IOException;

/** Writes the items of a feed, and gaps between them, to a buffer. Not thread-safe. */
final class ItemEncoder {
  /** What follows the tag {@link EventEncoder#OTHER}. */
  static final int TICK = 0;

  static final int SAMPLE = 1;
  static final int MARK = 2;
  static final int CONTROL = 3;
  static final int GAP = 4;

  private final EventMemory memory = new EventMemory();
  private final EventEncoder events = new EventEncoder(memory);
  private final SampleCoder samples = new SampleCoder(memory);
  private final CompactOutput out;
  private long lastOffset;

  ItemEncoder(CompactOutput out) {
    this.out = out;
  }

  void event(byte[] event, int length) {
    events.encode(event, length, out);
  }

  void control(ControlItem item) throws IOException {
    out.write(EventEncoder.OTHER);
    switch (item) {
      case ControlItem.Tick tick -> {
        out.write(TICK);
        time(tick.timeNanos());
        out.signed(tick.epochOffsetNanos() - lastOffset);
        lastOffset = tick.epochOffsetNanos();
      }
      case ControlItem.Sampled(var sample) -> {
        out.write(SAMPLE);
        time(sample.timeNanos());
        samples.write(sample, out);
      }
      case ControlItem.RecordingMark mark -> {
        out.write(MARK);
        time(mark.timeNanos());
        out.unsigned(mark.number());
        out.write(mark.begins() ? 1 : 0);
      }
      case ControlItem.Bootstrap _,
          ControlItem.AddVerdict _,
          ControlItem.ReleaseVerdict _,
          ControlItem.RearmDetector _,
          ControlItem.RulesReplaced _ -> {
        out.write(CONTROL);
        StateType.FEED_ITEM.write(item, new DataOutputStream(out));
      }
    }
  }

  /** So many items were lost here. */
  void gap(long lost) {
    out.write(EventEncoder.OTHER);
    out.write(GAP);
    out.unsigned(lost);
  }

  private void time(long timeNanos) {
    out.signed(timeNanos - memory.lastTime);
    memory.lastTime = timeNanos;
  }
}
