/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The loop's side of a recording: copies items into chunks, and never waits. When the writer does
 * not keep up, all chunks are full, and from then on items are counted instead of kept: behind the
 * first that is lost, the operators' state is not that of the file any more. The recording goes on
 * at another mark, with their state as of that place.
 *
 * <p>{@link #take} and {@link #polled} are the loop's thread's; the rest is the writer's or
 * anybody's.
 */
final class TapLine {
  /** Chunks at most: 8 MiB, some 60,000 events. */
  static final int CHUNKS = 32;

  private final ArrayBlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS);
  private final ArrayBlockingQueue<Chunk> free = new ArrayBlockingQueue<>(CHUNKS);
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicLong lost = new AtomicLong();
  private volatile int beginMark;
  private volatile int endMark = -1;
  private volatile boolean recording;
  private volatile boolean interrupted;
  private volatile boolean ended;

  // Of the loop's thread.
  private Chunk chunk;
  private long lostHere;
  private boolean begun;
  private boolean tickSeen;

  TapLine(int beginMark) {
    this.beginMark = beginMark;
  }

  // ---- the loop's thread

  void take(FeedItem item) {
    if (ended) {
      return;
    }
    if (item instanceof ControlItem.RecordingMark mark && onMark(mark)) {
      return;
    }
    if (!recording) {
      countLost();
      return;
    }
    if (interrupted || !add(item)) {
      recording = false;
      countLost();
      return;
    }
    tickSeen |= item instanceof ControlItem.Tick;
  }

  /** A pass over the feed is over: what it brought need not wait for more than a tick. */
  void polled() {
    if (tickSeen) {
      tickSeen = false;
      handOver();
    }
  }

  private boolean onMark(ControlItem.RecordingMark mark) {
    if (mark.begins() && mark.number() == beginMark) {
      if (chunk == null || !chunk.isEmpty()) {
        handOver();
        chunk = freeChunk();
      }
      if (chunk == null) {
        return true; // Still no room: the writer tries again, with another mark.
      }
      if (lostHere > 0) {
        chunk.gap(lostHere);
        lostHere = 0;
      }
      interrupted = false;
      begun = true;
      recording = chunk.add(mark);
      return true;
    }
    if (!mark.begins() && mark.number() == endMark) {
      if (recording) {
        add(mark);
      }
      handOver();
      recording = false;
      ended = true;
      return true;
    }
    return false;
  }

  private boolean add(FeedItem item) {
    if (chunk == null) {
      chunk = freeChunk();
    }
    if (chunk != null && put(item)) {
      return true;
    }
    handOver();
    chunk = freeChunk();
    return chunk != null && put(item);
  }

  private boolean put(FeedItem item) {
    return switch (item) {
      case EventView event -> chunk.add(event);
      case ControlItem control -> chunk.add(control);
    };
  }

  private void countLost() {
    // Before the first mark nothing is lost, it is only not yet recorded.
    if (begun) {
      lostHere++;
      lost.incrementAndGet();
    }
  }

  private void handOver() {
    if (chunk != null && !chunk.isEmpty()) {
      full.add(chunk); // There are never more chunks than places.
      chunk = null;
    }
  }

  private Chunk freeChunk() {
    Chunk next = free.poll();
    if (next == null && made.get() < CHUNKS) {
      made.incrementAndGet();
      next = new Chunk();
    }
    return next;
  }

  // ---- the writer's thread

  /** The next chunk, to be given back by {@link #recycle}; null when time was up. */
  Chunk next(long timeoutMillis) throws InterruptedException {
    return full.poll(timeoutMillis, TimeUnit.MILLISECONDS);
  }

  void recycle(Chunk chunk) {
    chunk.clear();
    free.add(chunk);
  }

  /** Whether half of the chunks could be filled now. */
  boolean hasRoom() {
    return free.size() + CHUNKS - made.get() >= CHUNKS / 2;
  }

  /** Whether items are being lost, so that another mark is needed. */
  boolean isLosing() {
    return !recording && !ended;
  }

  /** Items lost so far. */
  long lost() {
    return lost.get();
  }

  /** At which mark recording goes on. */
  void beginAt(int mark) {
    beginMark = mark;
  }

  /** At which mark it ends. */
  void endAt(int mark) {
    endMark = mark;
  }

  /** What follows would not fit to what came before: until the next mark it is lost. */
  void interrupt() {
    interrupted = true;
  }

  /** Whether the last mark has come by, and nothing is added any more. */
  boolean hasEnded() {
    return ended;
  }

  /** Nothing is taken any more, mark or not. */
  void stop() {
    ended = true;
  }

  boolean isDrained() {
    return full.isEmpty();
  }
}
