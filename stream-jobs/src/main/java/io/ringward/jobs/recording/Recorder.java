/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.memory.StateExchange;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.io.DataInput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Stands between a live feed and its job, and records when it is asked to. Whoever runs the job
 * registers {@link #feed} and {@link #verdicts} as its ports in the place of the real ones, and
 * gives it the {@link #exchange}. While nothing is recorded that costs one look at a field for each
 * pass over the feed.
 *
 * <p>Closing it ends a recording under way; the job must still run then. Thread-safe.
 */
public final class Recorder implements AutoCloseable {
  private static final long CLOSE_SECONDS = 15;

  private final EventFeed feed;
  private final VerdictTable verdicts;
  private final LongSupplier boottimeNanos;
  private final Supplier<Map<Long, String>> groupNames;
  private final String version;
  private final AtomicInteger marks = new AtomicInteger();
  private volatile LoopSettings settings;
  private volatile RecordingRun run;

  /**
   * @param feed the real one; not closed with the recorder
   * @param verdicts the real one; not closed with the recorder
   * @param boottimeNanos reads the kernel's clock of event times
   * @param groupNames looks up all cgroups by id; called by the writer's thread, about once a
   *     second at most
   * @param version of Ringward, to be found in the file
   */
  public Recorder(
      EventFeed feed,
      VerdictTable verdicts,
      LongSupplier boottimeNanos,
      Supplier<Map<Long, String>> groupNames,
      String version) {
    this.feed = feed;
    this.verdicts = verdicts;
    this.boottimeNanos = boottimeNanos;
    this.groupNames = Objects.requireNonNull(groupNames);
    this.version = version;
  }

  /** The feed for the job. */
  public EventFeed feed() {
    return new TappedFeed(
        feed,
        () -> {
          RecordingRun now = run;
          return now == null ? null : now.line();
        });
  }

  /** The verdict table for the job. */
  public VerdictTable verdicts() {
    return new TappedVerdicts();
  }

  /** What the job's operators hand their state to. */
  public StateExchange exchange() {
    return new Exchange();
  }

  /**
   * Begins a recording.
   *
   * @param file is made, readable by its owner only; nothing may be there, not even a link
   * @param overwrite whether a plain file that is there is removed first
   * @throws RecordingException when it cannot begin, with the reason
   */
  public synchronized RecordingRun start(Path file, RecordingLimits limits, boolean overwrite)
      throws IOException {
    RecordingRun before = run;
    if (before != null && !before.ended().isDone()) {
      throw new RecordingException(
          "a recording is under way already, to " + before.status().file());
    }
    if (settings == null) {
      throw new RecordingException("there is no loop yet: try again in a moment");
    }
    FileChannel channel = open(file, overwrite);
    try {
      RecordingRun begun =
          new RecordingRun(
              file,
              channel,
              header(),
              limits,
              feed::submit,
              new Numbers(),
              new GroupNames(groupNames));
      run = begun;
      begun.start();
      return begun;
    } catch (IOException | RuntimeException e) {
      channel.close();
      Files.deleteIfExists(file);
      throw new RecordingException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** The recording under way, or the last one. */
  public Optional<RecordingRun> current() {
    return Optional.ofNullable(run);
  }

  private static FileChannel open(Path file, boolean overwrite) throws IOException {
    try {
      if (overwrite && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(file);
      }
      return FileChannel.open(
          file,
          Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      throw new RecordingException(
          overwrite
              ? file + " is no plain file: it is left alone"
              : file + " is there already: name another, or say --force to replace it",
          e);
    } catch (NoSuchFileException e) {
      throw new RecordingException("there is no folder " + file.getParent() + ": make it first", e);
    } catch (IOException e) {
      throw new RecordingException(file + " cannot be made: " + e.getMessage(), e);
    }
  }

  private RecordingHeader header() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "";
    }
    Instant now = Instant.now();
    return new RecordingHeader(
        version,
        host,
        TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano(),
        boottimeNanos.getAsLong(),
        settings);
  }

  /** Ends a recording under way and waits for its file to be whole. Idempotent. */
  @Override
  public void close() {
    RecordingRun last = run;
    if (last == null) {
      return;
    }
    last.stop();
    try {
      var unused = last.ended().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("the recording did not end", e);
    }
  }

  private final class Numbers implements RecordingRun.Marks {
    @Override
    public int next() {
      return marks.incrementAndGet();
    }

    @Override
    public long nowNanos() {
      return boottimeNanos.getAsLong();
    }
  }

  private final class Exchange implements StateExchange {
    @Override
    public void opened(LoopSettings opened) {
      settings = opened;
    }

    @Override
    public void attempted() {
      RecordingRun now = run;
      if (now != null) {
        now.line().interrupt();
      }
    }

    @Override
    public boolean isReplay() {
      return false;
    }

    @Override
    public Optional<DataInput> given(int mark, Part part) {
      return Optional.empty();
    }

    @Override
    public void taken(int mark, Part part, byte[] image) {
      RecordingRun now = run;
      if (now == null) {
        return;
      }
      now.taken(mark, part, image);
      if (part == Part.DECIDE) {
        now.decisions().begin(mark);
        verdicts
            .inForce()
            .forEach(one -> now.decisions().answered(new VerdictAnswer.InForce(one.verdict())));
      }
    }

    @Override
    public void ended(int mark) {
      RecordingRun now = run;
      if (now != null) {
        now.passed(mark);
      }
    }

    @Override
    public Input next() {
      return Input.UNKNOWN;
    }

    @Override
    public void decided(Input input) {
      RecordingRun now = run;
      if (now != null) {
        now.decisions().took(input);
      }
    }
  }

  private final class TappedVerdicts implements VerdictTable {
    @Override
    public Outcome apply(Verdict verdict) {
      Outcome outcome = verdicts.apply(verdict);
      answered(new VerdictAnswer.Given(verdict.id(), outcome));
      return outcome;
    }

    @Override
    public boolean release(long verdictId) {
      boolean released = verdicts.release(verdictId);
      answered(new VerdictAnswer.Released(verdictId, released));
      return released;
    }

    private void answered(VerdictAnswer answer) {
      RecordingRun now = run;
      if (now != null) {
        now.decisions().answered(answer);
      }
    }

    @Override
    public List<InForce> inForce() {
      return verdicts.inForce();
    }

    @Override
    public List<InForce> takeEnded() {
      return verdicts.takeEnded();
    }

    @Override
    public void beat() {
      verdicts.beat();
    }

    @Override
    public void close() {}
  }
}
