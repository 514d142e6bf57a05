/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import io.ringward.jobs.cluster.CheckpointFolder;
import io.ringward.jobs.memory.VerdictFeedback;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a checkpoint soon after the verdicts in force have changed. Flink's own interval is the
 * models': they are megabytes, and to write them every few seconds for a host where nothing happens
 * would wear its disk out.
 */
final class CheckpointPacer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointPacer.class);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ringward-checkpoints").factory());
  private final JobRun run;
  private final CheckpointFolder checkpoints;
  private final VerdictFeedback feedback;

  // Of the timer's thread.
  private long savedChanges;
  private boolean othersRemoved;

  private CheckpointPacer(JobRun run, CheckpointFolder checkpoints, VerdictFeedback feedback) {
    this.run = run;
    this.checkpoints = checkpoints;
    this.feedback = feedback;
  }

  static CheckpointPacer start(
      JobRun run, CheckpointFolder checkpoints, VerdictFeedback feedback, Duration interval) {
    CheckpointPacer pacer = new CheckpointPacer(run, checkpoints, feedback);
    long millis = interval.toMillis();
    var unused =
        pacer.timer.scheduleWithFixedDelay(
            pacer::saveIfChanged, millis, millis, TimeUnit.MILLISECONDS);
    return pacer;
  }

  private void saveIfChanged() {
    try {
      long changes = feedback.changes();
      if (changes != savedChanges && !run.ended().isDone()) {
        run.save().get();
        savedChanges = changes;
      }
      removeOthers();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("a checkpoint could not be written, the next is tried: {}", e.toString());
    }
  }

  /** Runs before this one are kept until this one has something to go on from. */
  private void removeOthers() throws IOException {
    String own = run.id().toString();
    if (!othersRemoved
        && checkpoints.newestFirst().stream()
            .anyMatch(path -> path.getParent().getFileName().toString().equals(own))) {
      checkpoints.removeOthers(own);
      othersRemoved = true;
    }
  }

  /** Waits for a checkpoint under way. */
  @Override
  public void close() {
    timer.shutdownNow();
    try {
      if (!timer.awaitTermination(30, TimeUnit.SECONDS)) {
        LOG.warn("a checkpoint under way did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
