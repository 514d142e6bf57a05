/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import io.ringward.jobs.cluster.CheckpointFolder;
import io.ringward.jobs.cluster.GaugeCollector;
import io.ringward.jobs.cluster.HostSecret;
import io.ringward.jobs.cluster.PrivateFolder;
import io.ringward.jobs.cluster.SealedCluster;
import io.ringward.jobs.cluster.SealedConfiguration;
import io.ringward.jobs.function.HostStage;
import io.ringward.jobs.memory.LoopMemory;
import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.tap.EventTaps;
import io.ringward.jobs.tap.Standings;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.HostPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of one host, running on a Flink cluster inside of this process.
 *
 * <p>Whoever starts it registers the {@link HostPorts} before, and closes the job before the ports:
 *
 * <pre>{@code
 * try (var registration = HostPorts.register(uri, ports);
 *     HostJob job = HostJob.start(HostJobOptions.of(uri, state, rules, policy, protection))) {
 *   job.ended().join(); // or until a signal
 * }
 * }</pre>
 *
 * <p>On close a last checkpoint is written. The next start goes on from the newest that can be
 * read: models and baselines always, the ladder and the verdicts in force if the machine has not
 * booted since. One that cannot be read is set aside, with a warning.
 *
 * <p>A failure of an operator restarts the job within this process, a bounded number of times; then
 * {@link #ended} fails. Nothing listens on any port, see {@link SealedCluster}. Thread-safe.
 */
public final class HostJob implements AutoCloseable {
  /** Loggers that an agent sets to warnings, since they tell of every step. */
  public static final List<String> CHATTY_LOGGERS = List.of("org.apache.flink", "org.apache.pekko");

  /** Loggers whose warnings mean nothing here: an agent sets them to errors. */
  public static final List<String> ANXIOUS_LOGGERS =
      List.of(
          "org.apache.flink.runtime.dispatcher",
          "org.apache.flink.runtime.rpc",
          "org.apache.flink.runtime.checkpoint.CheckpointFailureManager");

  private static final String FAILED_CHECKPOINTS = "numberOfFailedCheckpoints";
  private static final Logger LOG = LoggerFactory.getLogger(HostJob.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final EventFeed feed;
  private final LoopMemory memory;
  private final SealedCluster cluster;
  private final GaugeCollector gauges;
  private final JobRun run;
  private final CheckpointPacer pacer;
  private final Path temporaryFolder;

  private HostJob(
      EventFeed feed,
      LoopMemory memory,
      SealedCluster cluster,
      GaugeCollector gauges,
      JobRun run,
      CheckpointPacer pacer,
      Path temporaryFolder) {
    this.feed = feed;
    this.memory = memory;
    this.cluster = cluster;
    this.gauges = gauges;
    this.run = run;
    this.pacer = pacer;
    this.temporaryFolder = temporaryFolder;
  }

  /**
   * Starts the job and returns when all of it runs.
   *
   * @throws HostJobException when it cannot run, with the reason: no ports at the URI, wrong rules,
   *     a state directory that cannot be written
   */
  public static HostJob start(HostJobOptions options) throws HostJobException {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      return start(options, opened);
    } catch (Exception e) {
      for (AutoCloseable resource : opened.reversed()) {
        try {
          resource.close();
        } catch (Exception suppressed) {
          e.addSuppressed(suppressed);
        }
      }
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new HostJobException("the job cannot start: " + e.getMessage(), e);
    }
  }

  private static HostJob start(HostJobOptions options, List<AutoCloseable> opened)
      throws Exception {
    EventFeed feed = HostPorts.at(options.ports()).feed();
    Path state = PrivateFolder.make(options.stateDirectory());
    Path temporary = PrivateFolder.makeEmpty(state.resolve("tmp"));
    CheckpointFolder checkpoints =
        new CheckpointFolder(state.resolve("checkpoints"), state.resolve("damaged"));
    LoopMemory memory =
        LoopMemory.open(
            options.ports(), settings(options, state), HostStage::new, options.exchange());
    opened.add(memory);
    GaugeCollector gauges = new GaugeCollector();
    SealedCluster cluster = new SealedCluster(SealedConfiguration.of(temporary), gauges);
    opened.add(cluster);
    cluster.start();
    JobRun run =
        JobRun.start(
            cluster,
            () ->
                HostTopology.build(
                    options.ports(),
                    options.exchange().isReplay()
                        ? JobSettings.ofReplay(checkpoints.folder(), options.modelInterval())
                        : JobSettings.of(checkpoints.folder(), options.modelInterval())),
            checkpoints,
            () -> gauges.value("", FAILED_CHECKPOINTS).orElse(0));
    opened.add(run::cancel);
    CheckpointPacer pacer =
        CheckpointPacer.start(run, checkpoints, memory.feedback(), options.checkpointInterval());
    return new HostJob(feed, memory, cluster, gauges, run, pacer, temporary);
  }

  private static LoopSettings settings(HostJobOptions options, Path state) throws IOException {
    String bootId =
        options.bootId().isPresent() ? options.bootId().get() : Files.readString(BOOT_ID).strip();
    long seed =
        options.seed().isPresent() ? options.seed().get() : HostSecret.in(state.resolve("seed"));
    return new LoopSettings(
        options.rules(),
        options.policy(),
        options.protection(),
        options.capacities(),
        seed,
        bootId);
  }

  /**
   * Completes when the job has ended: normally at the end of a recording's feed and after {@link
   * #close}, exceptionally with a {@link HostJobException} when it has failed for good.
   */
  public CompletableFuture<Void> ended() {
    return run.ended();
  }

  /** How the processes stand that were judged lately. */
  public Standings standings() {
    return memory.stage(HostStage.class).standings();
  }

  /** Listeners may look on at the events here, for as long as the job is open. */
  public EventTaps taps() {
    return memory.stage(HostStage.class).taps();
  }

  /** What the job says of itself now. */
  public HostJobMetrics metrics() {
    return new HostJobMetrics(
        value(HostTopology.STAGE, "numRecordsIn"),
        value("", "numRestarts"),
        feed.lagBytes(),
        value(run.feedTask(), "backPressuredTimeMsPerSecond"),
        value(run.decideTask(), "busyTimeMsPerSecond"),
        value("", "numberOfCompletedCheckpoints"),
        Math.max(0, value("", FAILED_CHECKPOINTS) - run.failedBeforeStart()),
        value("", "lastCheckpointDuration"),
        value("", "lastCheckpointSize"),
        value("", "lastCheckpointCompletedTimestamp"),
        value(HostTopology.STAGE, "processes"),
        value(HostTopology.STAGE, "forgottenProcesses"),
        value(HostTopology.STAGE, "windows"),
        value(HostTopology.STAGE, "forgottenWindows"),
        value(HostTopology.SCORE, "programs"),
        value(HostTopology.SCORE, "forests"),
        value(HostTopology.SCORE, "forgottenPrograms"),
        value(HostTopology.SCORE, "droppedForests"),
        value(HostTopology.DECIDE, "subjects"),
        value(HostTopology.STAGE, "degraded") == 1);
  }

  /** Flink says -1 where there is nothing yet. */
  private long value(String owner, String metric) {
    return Math.max(0, gauges.value(owner, metric).orElse(0));
  }

  /** Writes a last checkpoint and stops all. Idempotent. */
  @Override
  public void close() {
    pacer.close();
    run.saveAndCancel();
    try {
      cluster.close();
    } catch (IOException e) {
      LOG.warn("Flink did not stop cleanly", e);
    }
    memory.close();
    try {
      PrivateFolder.remove(temporaryFolder);
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", temporaryFolder, e.toString());
    }
  }
}
