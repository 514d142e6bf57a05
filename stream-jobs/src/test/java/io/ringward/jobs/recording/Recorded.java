/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.jobs.memory.Capacities;
import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.memory.StateExchange.Part;
import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessKey;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Small recordings for tests, without a loop. */
final class Recorded {
  static final int BLOCKS = 4;
  static final int EVENTS = 5;

  private Recorded() {}

  static byte[] bytes(FeedItem item) {
    EventView view = (EventView) item;
    return view.segment().asSlice(view.base(), view.size()).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Writes a header, the state at mark 1, some blocks of items, and the end. */
  static void write(Path file) throws IOException {
    CompactOutput out = new CompactOutput();
    try (BlockWriter writer =
        new BlockWriter(
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE))) {
      new RecordingHeader(
              "1",
              "host",
              2_000,
              1_000,
              new LoopSettings(
                  List.of(),
                  Policy.standard(Policy.Mode.SHADOW),
                  new Protection(
                      Map.of(new ProcessKey(1, 2), "agent"),
                      Map.of(new FileIdentity(3, 4), "sshd")),
                  Capacities.STANDARD,
                  42,
                  "boot"))
          .write(new DataOutputStream(out));
      writer.write(BlockKind.HEADER, out.bytes(), out.size());
      for (Part part : Part.values()) {
        out.clear();
        out.unsigned(1);
        out.write(part.ordinal());
        out.write(new byte[50]);
        writer.write(BlockKind.STATE, out.bytes(), out.size());
      }
      CompactOutput items = new CompactOutput();
      ItemEncoder encoder = new ItemEncoder(items);
      encoder.control(new ControlItem.RecordingMark(900, 1, true));
      for (int block = 0; block < BLOCKS; block++) {
        for (int i = 0; i < EVENTS; i++) {
          byte[] event = event(block, i);
          encoder.event(event, event.length);
        }
        encoder.control(new ControlItem.Tick(1000 + block * 100, 7));
        writer.write(BlockKind.ITEMS, items.bytes(), items.size());
        items.clear();
      }
      out.clear();
      out.unsigned(0);
      writer.write(BlockKind.END, out.bytes(), out.size());
    }
  }

  private static byte[] event(int block, int i) {
    Actor actor = new Actor(new ProcessKey(10 + i, 100 + i), new ProcessKey(1, 1));
    return WireEvents.connect(1000 + block * 100 + i, actor, 0x0A000000 + i, 80, Decision.ALLOWED);
  }

  /** All items of a recording, as text. */
  static List<String> items(Recording recording) {
    List<String> items = new ArrayList<>();
    while (!recording.feed().ended()) {
      recording
          .feed()
          .poll(
              item ->
                  items.add(
                      item instanceof EventView
                          ? HexFormat.of().formatHex(bytes(item))
                          : item.toString()),
              100);
    }
    return items;
  }
}
