/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.memory.StateExchange.Part;
import io.ringward.kernel.ContractCodec;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a first pass over a recording finds: that its blocks are whole, and all that a replay must
 * know before the items come, since it was written behind them.
 */
final class RecordingIndex {
  private static final int MOST_RUNS = 1 << 26;

  /** Images by mark and part. */
  final Map<Integer, EnumMap<Part, byte[]>> states = new HashMap<>();

  final Map<Integer, DecisionOrder> orders = new HashMap<>();

  /** Of cgroups, by id. */
  final Map<Long, String> names = new HashMap<>();

  final List<VerdictAnswer> answers = new ArrayList<>();
  RecordingHeader header;
  Optional<Damage> damage = Optional.empty();

  /** Where the blocks that may be used end. */
  long usedBytes;

  /** Whether it ended as it should. */
  private boolean complete;

  private RecordingIndex() {}

  /**
   * Reads the whole file.
   *
   * @throws RecordingException when not even the header can be used
   */
  static RecordingIndex of(FileChannel channel) throws IOException {
    RecordingIndex index = new RecordingIndex();
    long size = channel.size();
    try (BlockReader blocks = new BlockReader(channel)) {
      while (true) {
        index.usedBytes = blocks.nextOffset();
        if (index.complete && index.usedBytes < size) {
          throw new RecordingException(
              "damaged at byte " + index.usedBytes + ": there is something behind the end");
        }
        if (!blocks.read()) {
          break;
        }
        index.take(blocks);
      }
    } catch (IOException e) {
      if (index.header == null) {
        throw e;
      }
      index.damage =
          Optional.of(new Damage(index.usedBytes, size - index.usedBytes, e.getMessage()));
    }
    if (index.header == null) {
      throw new RecordingException("it ends before its header: nothing can be used");
    }
    if (!index.complete && index.damage.isEmpty()) {
      index.damage =
          Optional.of(
              new Damage(size, 0, "it has no end: whoever recorded it was stopped in the middle"));
    }
    return index;
  }

  private void take(BlockReader blocks) throws IOException {
    CompactInput in = new CompactInput();
    in.wrap(blocks.payload(), blocks.length());
    if (header == null && blocks.kind() != BlockKind.HEADER) {
      throw new RecordingException("its first block is no header: nothing can be used");
    }
    try {
      switch (blocks.kind()) {
        case HEADER -> header = RecordingHeader.read(new DataInputStream(in));
        case ITEMS -> {
          // Read by the feed.
        }
        case STATE -> takeState(in);
        case DECISIONS -> takeDecisions(in);
        case END -> complete = true;
        case NAMES -> takeNames(in);
      }
    } catch (RecordingException e) {
      throw e;
    } catch (IOException e) {
      throw new RecordingException(
          "damaged at byte "
              + blocks.offset()
              + ": a block of kind "
              + blocks.kind()
              + " makes no sense: "
              + e.getMessage(),
          e);
    }
  }

  private void takeState(CompactInput in) throws IOException {
    int mark = in.count(Integer.MAX_VALUE);
    Part part = Part.values()[in.count(Part.values().length - 1)];
    states.computeIfAbsent(mark, m -> new EnumMap<>(Part.class)).put(part, in.readAllBytes());
  }

  private void takeNames(CompactInput in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    while (in.hasRemaining()) {
      long id = in.unsigned();
      names.put(id, ContractCodec.readText(data));
    }
  }

  private void takeDecisions(CompactInput in) throws IOException {
    DecisionOrder order =
        orders.computeIfAbsent(in.count(Integer.MAX_VALUE), mark -> new DecisionOrder());
    boolean scored = in.octet() != 0;
    int runs = in.count(MOST_RUNS);
    for (int i = 0; i < runs; i++) {
      order.add(scored, in.unsigned());
      scored = !scored;
    }
    DataInputStream data = new DataInputStream(in);
    while (in.hasRemaining()) {
      answers.add(VerdictAnswer.read(data));
    }
  }
}
