/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.memory.StateExchange.Part;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;

/**
 * The feed of a recording: its items in their order, as fast as they are taken. Nothing can be put
 * in line. It ends with the recording, or where that cannot be used any more.
 */
final class RecordedFeed implements EventFeed {
  private final BlockReader blocks;
  private final RecordingIndex index;
  private final Optional<List<RuleText>> rules;
  private final ItemDecoder decoder = new ItemDecoder();
  private final CompactInput block = new CompactInput();
  private boolean marked;
  private boolean closed;
  private ControlItem.RulesReplaced pending;
  private long events;
  private long items;
  private long gaps;
  private long lost;
  private long firstNanos;
  private long lastNanos;
  private long epochOffsetNanos;
  private long startedNanos;
  private volatile boolean ended;
  private volatile Optional<Damage> damage = Optional.empty();
  private volatile ReplayProgress progress = new ReplayProgress(0, 0, 0, 0, 0, 0, 0, 0);

  RecordedFeed(FileChannel channel, RecordingIndex index, Optional<List<RuleText>> rules) {
    this.blocks = new BlockReader(channel);
    this.index = index;
    this.rules = rules;
    this.epochOffsetNanos = index.header.startedEpochNanos() - index.header.startedNanos();
  }

  Optional<Damage> damage() {
    return damage;
  }

  ReplayProgress progress() {
    return progress;
  }

  @Override
  public int poll(Handler handler, int limit) {
    if (closed) {
      throw new IllegalStateException("the feed is closed");
    }
    startedNanos = startedNanos == 0 ? System.nanoTime() : startedNanos;
    int handed = 0;
    while (handed < limit && !ended) {
      FeedItem item = next();
      if (item == null) {
        ended = true;
        break;
      }
      if (isForLoop(item)) {
        handler.accept(item);
        handed++;
      }
    }
    progress =
        new ReplayProgress(
            events, items, gaps, lost, firstNanos, lastNanos, epochOffsetNanos, startedNanos);
    return handed;
  }

  private FeedItem next() {
    if (pending != null) {
      ControlItem.RulesReplaced ours = pending;
      pending = null;
      return ours;
    }
    try {
      while (true) {
        FeedItem item = decoder.next(block, this::gap);
        if (item != null) {
          count(item);
          return item;
        }
        if (!nextBlock()) {
          return null;
        }
      }
    } catch (IOException e) {
      stop("damaged at byte " + blocks.offset() + ": the items make no sense: " + e.getMessage());
      return null;
    }
  }

  private boolean nextBlock() throws IOException {
    while (blocks.nextOffset() < index.usedBytes && blocks.read()) {
      if (blocks.kind() == BlockKind.ITEMS) {
        block.wrap(blocks.payload(), blocks.length());
        return true;
      }
    }
    return false;
  }

  private void gap(long items) {
    gaps++;
    lost += items;
  }

  private void count(FeedItem item) {
    items++;
    events += item instanceof EventView ? 1 : 0;
    lastNanos = Math.max(lastNanos, item.timeNanos());
    firstNanos = firstNanos == 0 ? item.timeNanos() : firstNanos;
    if (item instanceof ControlItem.Tick tick) {
      epochOffsetNanos = tick.epochOffsetNanos();
    }
  }

  /** Marks without state end the feed; rules that were replaced are not those of the replay. */
  private boolean isForLoop(FeedItem item) {
    return switch (item) {
      case ControlItem.RecordingMark mark -> {
        if (mark.begins()) {
          marked = begin(mark);
        }
        yield marked;
      }
      case ControlItem.RulesReplaced replaced -> rules.isEmpty() || isOurs(replaced);
      case EventView _,
          ControlItem.Tick _,
          ControlItem.Bootstrap _,
          ControlItem.Sampled _,
          ControlItem.AddVerdict _,
          ControlItem.ReleaseVerdict _,
          ControlItem.RearmDetector _ ->
          true;
    };
  }

  private boolean isOurs(ControlItem.RulesReplaced replaced) {
    return replaced.files().equals(rules.orElseThrow());
  }

  private boolean begin(ControlItem.RecordingMark mark) {
    EnumMap<Part, byte[]> state = index.states.get(mark.number());
    if (state == null || state.size() < Part.values().length) {
      stop("the loop's state at mark " + mark.number() + " is not whole: nothing behind it can be");
      return false;
    }
    rules.ifPresent(ours -> pending = new ControlItem.RulesReplaced(mark.timeNanos(), ours));
    return true;
  }

  private void stop(String why) {
    ended = true;
    long from = blocks.offset();
    damage = Optional.of(new Damage(from, index.usedBytes - from, why));
  }

  @Override
  public boolean await(long timeoutNanos) {
    return !ended;
  }

  @Override
  public void wakeup() {}

  @Override
  public boolean submit(ControlItem item) {
    return false;
  }

  @Override
  public boolean ended() {
    return ended;
  }

  @Override
  public long lagBytes() {
    return Math.max(0, index.usedBytes - blocks.nextOffset());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      blocks.close();
    }
  }
}
