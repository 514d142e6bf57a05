/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.memory.StateExchange.Part;
import io.ringward.kernel.ControlItem;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One recording under way: its writer's thread, and how to end it. Thread-safe. */
public final class RecordingRun {
  private static final Logger LOG = LoggerFactory.getLogger(RecordingRun.class);
  private static final String FULL = "the file has its full size";
  private static final int MOST_BLOCK_BYTES = 128 << 10;

  /** Room that is kept for the end. */
  private static final int END_BYTES = 128;

  /** A small file has small blocks, so that it can be filled. */
  private static final int BLOCKS_AT_LEAST = 64;

  private static final long WAIT_MILLIS = 100;
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long FORCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long BEGIN_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long END_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Room that is kept for what comes between the decision to end and the end. */
  private static final int RESERVE_SHARE = 8;

  @SuppressWarnings("ArrayRecordComponent") // Handed over once, compared by nobody.
  private record Image(int mark, Part part, byte[] bytes) {}

  private static final class FullException extends IOException {
    private static final long serialVersionUID = 1L;

    FullException(String message) {
      super(message);
    }
  }

  private final Path file;
  private final RecordingLimits limits;
  private final Predicate<ControlItem> submit;
  private final Marks marks;
  private final GroupNames names;
  private final CompactOutput newNames = new CompactOutput();
  private final BlockWriter writer;
  private final TapLine line;
  private final DecisionLog decisions = new DecisionLog();
  private final ConcurrentLinkedQueue<Image> images = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<RecordingStatus> ended = new CompletableFuture<>();
  private final CompactOutput items = new CompactOutput();
  private final int blockBytes;
  private final ItemEncoder encoder = new ItemEncoder(items);
  private final byte[] event = new byte[Chunk.BYTES];
  private final long startedNanos = System.nanoTime();
  private final Thread thread;
  private volatile RecordingStatus status;
  private volatile boolean stopping;
  private volatile int endMark = -1;
  private volatile boolean passedEnd;
  private volatile Optional<String> why = Optional.empty();

  // Of the writer's thread.
  private long events;
  private long itemCount;
  private long pendingEvents;
  private long pendingItems;
  private long stateBytes;
  private long gaps;
  private boolean failed;
  private long flushedNanos = startedNanos;
  private long forcedNanos = startedNanos;
  private long begunNanos;
  private long endAskedNanos;

  /** Numbers for marks, and the time for them. */
  interface Marks {
    int next();

    long nowNanos();
  }

  RecordingRun(
      Path file,
      FileChannel channel,
      RecordingHeader header,
      RecordingLimits limits,
      Predicate<ControlItem> submit,
      Marks marks,
      GroupNames names)
      throws IOException {
    this.file = file;
    this.limits = limits;
    this.blockBytes = (int) Math.min(MOST_BLOCK_BYTES, limits.bytes() / BLOCKS_AT_LEAST);
    this.submit = submit;
    this.marks = marks;
    this.names = names;
    this.writer = new BlockWriter(channel);
    CompactOutput head = new CompactOutput();
    header.write(new DataOutputStream(head));
    writer.write(BlockKind.HEADER, head.bytes(), head.size());
    writer.force();
    this.line = new TapLine(marks.next());
    status = read(true);
    thread = Thread.ofPlatform().daemon().name("recording").unstarted(this::work);
  }

  void start() {
    begin(System.nanoTime());
    thread.start();
  }

  TapLine line() {
    return line;
  }

  DecisionLog decisions() {
    return decisions;
  }

  void taken(int mark, Part part, byte[] image) {
    images.add(new Image(mark, part, image));
  }

  /** The operators have all seen the mark at which the recording ends. */
  void passed(int mark) {
    passedEnd |= mark == endMark;
  }

  /** How it stands. */
  public RecordingStatus status() {
    return status;
  }

  /** Completes when the file is closed; never fails, the status says why it ended. */
  public CompletableFuture<RecordingStatus> ended() {
    return ended.copy();
  }

  /** Asks for the end; {@link #ended} completes soon after. */
  public void stop() {
    stopping = true;
  }

  private void begin(long nowNanos) {
    begunNanos = nowNanos;
    int number = marks.next();
    line.beginAt(number);
    // When the loop has no room for it the line goes on losing, and another is tried.
    boolean unused = submit.test(new ControlItem.RecordingMark(marks.nowNanos(), number, true));
  }

  private void work() {
    try {
      while (!step()) {
        // Until all is written.
      }
      finish();
    } catch (FullException e) {
      endFull(e.getMessage());
    } catch (InterruptedException e) {
      fail("it was interrupted");
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      fail("the file cannot be written: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.warn("the recording failed", e);
      fail("it failed: " + e);
    } finally {
      line.stop();
      close();
      status = read(false);
      ended.complete(status);
    }
  }

  /** One turn; true when nothing more comes. */
  private boolean step() throws IOException, InterruptedException {
    Chunk chunk = line.next(WAIT_MILLIS);
    if (chunk != null) {
      encode(chunk);
      line.recycle(chunk);
    }
    writeImages();
    long now = System.nanoTime();
    if (now - flushedNanos >= FLUSH_NANOS) {
      flush(now);
    }
    if (decisions.overflowed()) {
      line.interrupt();
    }
    if (endAskedNanos == 0) {
      askForEnd(now);
      if (line.isLosing() && line.hasRoom() && now - begunNanos >= BEGIN_AGAIN_NANOS) {
        begin(now);
      }
      return false;
    }
    boolean patient = now - endAskedNanos < END_PATIENCE_NANOS;
    return !patient || (line.hasEnded() && line.isDrained() && passedEnd && images.isEmpty());
  }

  private void askForEnd(long now) {
    if (limits.duration().isPresent() && now - startedNanos >= limits.duration().get().toNanos()) {
      why = Optional.of("its time is up");
    } else if (writer.bytes() >= limits.bytes() - limits.bytes() / RESERVE_SHARE) {
      why = Optional.of(FULL);
    } else if (!stopping) {
      return;
    }
    int number = marks.next();
    endMark = number;
    line.endAt(number);
    endAskedNanos = now;
    if (!submit.test(new ControlItem.RecordingMark(marks.nowNanos(), number, false))) {
      endMark = -1;
      endAskedNanos = 0; // The loop's queue is full: the next turn tries again.
    }
  }

  private void encode(Chunk chunk) throws IOException {
    byte[] bytes = chunk.bytes();
    int control = 0;
    for (int at = 0; at < chunk.used(); ) {
      if (items.size() >= blockBytes) {
        flush(System.nanoTime());
      }
      int length = WireEvent.getInt(bytes, at);
      at += Integer.BYTES;
      if (length == Chunk.CONTROL) {
        ControlItem item = chunk.controls().get(control++);
        encoder.control(item);
        if (item instanceof ControlItem.Sampled(var sample)) {
          names.see(sample);
        }
        pendingItems++;
      } else if (length == Chunk.GAP) {
        encoder.gap(WireEvent.getLong(bytes, at));
        gaps++;
        at += Long.BYTES;
      } else {
        event(bytes, at, length);
        at += length;
      }
    }
  }

  private void event(byte[] bytes, int at, int length) {
    System.arraycopy(bytes, at, event, 0, length);
    encoder.event(event, length);
    names.see(WireEvent.getLong(event, WireEvent.CGROUP));
    pendingEvents++;
    pendingItems++;
  }

  private void writeImages() throws IOException {
    for (Image image = images.poll(); image != null; image = images.poll()) {
      CompactOutput out = new CompactOutput();
      out.unsigned(image.mark());
      out.write(image.part().ordinal());
      out.write(image.bytes(), 0, image.bytes().length);
      long before = writer.bytes();
      write(BlockKind.STATE, out.bytes(), out.size());
      stateBytes += writer.bytes() - before;
    }
  }

  private void flush(long now) throws IOException {
    if (items.size() > 0) {
      write(BlockKind.ITEMS, items.bytes(), items.size());
      items.clear();
      events += pendingEvents;
      itemCount += pendingItems;
      pendingEvents = 0;
      pendingItems = 0;
    }
    names.take(now, newNames);
    if (newNames.size() > 0) {
      write(BlockKind.NAMES, newNames.bytes(), newNames.size());
    }
    for (byte[] payload : decisions.take()) {
      write(BlockKind.DECISIONS, payload, payload.length);
    }
    flushedNanos = now;
    if (now - forcedNanos >= FORCE_NANOS) {
      forcedNanos = now;
      writer.force();
    }
    status = read(true);
  }

  private void write(BlockKind kind, byte[] payload, int length) throws IOException {
    if (!writer.write(kind, payload, length, limits.bytes() - END_BYTES)) {
      throw new FullException(
          kind == BlockKind.STATE && events == 0
              ? "the loop's state alone does not fit into a file of "
                  + limits.bytes()
                  + " bytes: allow a larger one"
              : FULL);
    }
  }

  private void finish() throws IOException {
    flush(System.nanoTime());
    writeEnd();
  }

  private void writeEnd() throws IOException {
    CompactOutput end = new CompactOutput();
    end.unsigned(events);
    end.unsigned(itemCount);
    end.unsigned(lost());
    writer.write(BlockKind.END, end.bytes(), end.size());
    writer.force();
  }

  private void endFull(String reason) {
    fail(reason);
    try {
      writeEnd(); // Room for it was kept.
    } catch (IOException e) {
      fail("the file cannot be written: " + e.getMessage());
    }
  }

  private void fail(String reason) {
    failed = true;
    why = Optional.of(reason);
    LOG.warn("the recording {} ends: {}", file, reason);
  }

  private void close() {
    try {
      writer.close();
    } catch (IOException e) {
      LOG.warn("{} could not be closed", file, e);
    }
  }

  /** What did not get through the queue, and at the end what did not get into the file. */
  private long lost() {
    return line.lost() + (failed ? pendingItems : 0);
  }

  private RecordingStatus read(boolean running) {
    return new RecordingStatus(
        file,
        running,
        events,
        itemCount,
        writer.bytes(),
        stateBytes,
        gaps,
        lost(),
        System.nanoTime() - startedNanos,
        why);
  }
}
