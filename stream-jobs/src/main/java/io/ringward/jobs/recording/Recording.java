/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.decide.Policy;
import io.ringward.jobs.HostJobOptions;
import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.memory.StateExchange;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.LoopObserver;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A recording that was opened and checked as a whole. It gives the ports and the state of one job,
 * which comes to the findings, verdicts and incidents of the recorded one:
 *
 * <pre>{@code
 * try (Recording recording = Recording.open(file);
 *     var registration = HostPorts.register(uri, recording.ports(observer));
 *     HostJob job = HostJob.start(recording.options(uri, folder))) {
 *   job.ended().join();
 * }
 * }</pre>
 *
 * <p>For one replay: open it again for another.
 */
public final class Recording implements AutoCloseable {
  private static final Duration NEVER = Duration.ofDays(1);

  private final Path file;
  private final FileChannel channel;
  private final RecordingIndex index;
  private final RecordedFeed feed;
  private final RecordedVerdicts verdicts;
  private final RecordedExchange exchange;

  private Recording(
      Path file, FileChannel channel, RecordingIndex index, Optional<List<RuleText>> rules) {
    this.file = file;
    this.channel = channel;
    this.index = index;
    this.feed = new RecordedFeed(channel, index, rules);
    this.verdicts = new RecordedVerdicts(index.answers);
    // Other rules find other things: the recorded order of decisions is not theirs.
    this.exchange = new RecordedExchange(index, rules.isEmpty());
  }

  /**
   * Opens a file and reads through it once.
   *
   * @throws RecordingException when it is no recording, or none that this Ringward can use
   */
  public static Recording open(Path file) throws IOException {
    return open(file, Optional.empty());
  }

  /**
   * Opens a file to be replayed under other rules than the recorded ones.
   *
   * @param rules already checked; in force from the first item to the last
   */
  public static Recording open(Path file, Optional<List<RuleText>> rules) throws IOException {
    FileChannel channel;
    try {
      if (Files.isDirectory(file)) {
        throw new RecordingException(file + " is a folder, not a recording");
      }
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new RecordingException("there is no file " + file, e);
    } catch (AccessDeniedException e) {
      throw new RecordingException(
          file + " may not be read by this user: a recording belongs to who made it", e);
    }
    try {
      checkPreamble(channel);
      return new Recording(file, channel, RecordingIndex.of(channel), rules);
    } catch (IOException e) {
      channel.close();
      throw new RecordingException(file + ": " + e.getMessage(), e);
    }
  }

  private static void checkPreamble(FileChannel channel) throws IOException {
    if (channel.size() == 0) {
      throw new RecordingException("the file is empty: whoever recorded it did not get to begin");
    }
    ByteBuffer preamble = BlockForm.buffer(BlockForm.PREAMBLE_BYTES);
    while (preamble.hasRemaining() && channel.read(preamble, preamble.position()) > 0) {
      // Until it is whole, or the file ends.
    }
    int got = preamble.position();
    preamble.rewind();
    ByteBuffer expected = BlockForm.preamble();
    int same = 0;
    while (same < Math.min(got, Long.BYTES) && preamble.get(same) == expected.get(same)) {
      same++;
    }
    if (same < Math.min(got, Long.BYTES)) {
      throw new RecordingException("this is no recording of Ringward's");
    }
    if (got < BlockForm.PREAMBLE_BYTES) {
      throw new RecordingException(
          "it ends after " + got + " bytes, before its header: nothing can be used");
    }
    int version = preamble.getInt(Long.BYTES);
    if (preamble.getInt(12) != BlockForm.sum(preamble.array(), 12, new byte[0], 0)) {
      throw new RecordingException("damaged at byte 0: nothing can be used");
    }
    if (version != BlockForm.VERSION) {
      throw new RecordingException(
          "it is a recording of version "
              + version
              + ", and this Ringward reads version "
              + BlockForm.VERSION
              + ": use the one that recorded it");
    }
  }

  public Path file() {
    return file;
  }

  /** By whom it was recorded, and under which settings. */
  public RecordingHeader header() {
    return index.header;
  }

  /**
   * What is wrong with it, if anything. After a replay this may say more: bytes that are what was
   * written, and yet no items.
   */
  public Optional<Damage> damage() {
    return feed.damage().or(() -> index.damage);
  }

  /** What the replay has come by so far. Any thread may ask. */
  public ReplayProgress progress() {
    return feed.progress();
  }

  /** Bytes of the file. */
  public long bytes() throws IOException {
    return channel.size();
  }

  /** The name of a cgroup when it was recorded, or its id. */
  public String groupName(long id) {
    String name = index.names.get(id);
    return name == null ? Long.toUnsignedString(id) : name;
  }

  /** The feed alone, for who wants to look at items without a job. */
  public EventFeed feed() {
    return feed;
  }

  /** What the verdict table of the replay was given. */
  public RecordedVerdicts verdicts() {
    return verdicts;
  }

  /** The ports of the replay's job. */
  public HostPorts ports(LoopObserver observer) {
    return new HostPorts(feed, verdicts, observer);
  }

  /** Where the operators get their state. */
  public StateExchange exchange() {
    return exchange;
  }

  /**
   * The settings of the replay's job: those that were recorded.
   *
   * @param uri where {@link #ports} are registered
   * @param folder for the job's own files
   */
  public HostJobOptions options(URI uri, Path folder) {
    return options(uri, folder, index.header.settings().policy().mode());
  }

  /** The same as if the recorded loop had been in another mode. */
  public HostJobOptions options(URI uri, Path folder, Policy.Mode mode) {
    LoopSettings settings = index.header.settings();
    return HostJobOptions.of(
            uri, folder, List.of(), settings.policy().withMode(mode), settings.protection())
        .withCapacities(settings.capacities())
        .withBootId(settings.bootId())
        .withSeed(settings.seed())
        .withIntervals(NEVER, NEVER)
        .withExchange(exchange);
  }

  @Override
  public void close() throws IOException {
    feed.close();
    channel.close();
  }
}
