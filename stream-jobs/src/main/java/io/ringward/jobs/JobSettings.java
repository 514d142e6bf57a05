/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;

/** The settings of the job itself: one instance of everything, no waiting, checkpoints to files. */
final class JobSettings {
  /** Failures within {@link #FAILURE_WINDOW} after which the job is given up. */
  static final int MOST_FAILURES = 5;

  static final Duration FAILURE_WINDOW = Duration.ofMinutes(5);

  private static final Duration RESTART_DELAY = Duration.ofMillis(100);

  private JobSettings() {}

  static Configuration of(Path checkpoints, Duration interval) {
    Configuration settings = new Configuration();
    settings.set(CoreOptions.DEFAULT_PARALLELISM, 1);
    settings.set(PipelineOptions.MAX_PARALLELISM, 128);
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ZERO);
    settings.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ZERO);
    restarts(settings);
    checkpoints(checkpoints, interval, settings);
    return settings;
  }

  /** Of a replay: it fails where it fails, since the items before are not read twice. */
  static Configuration ofReplay(Path checkpoints, Duration interval) {
    Configuration settings = of(checkpoints, interval);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return settings;
  }

  private static void restarts(Configuration settings) {
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "failure-rate");
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL,
        MOST_FAILURES);
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL, FAILURE_WINDOW);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_DELAY, RESTART_DELAY);
  }

  private static void checkpoints(Path folder, Duration interval, Configuration settings) {
    settings.set(StateBackendOptions.STATE_BACKEND, "hashmap");
    settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString());
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, interval);
    settings.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    // A ring cannot be read twice, so nothing is ever processed twice; and without alignment no
    // finding waits at the decide operator until the score operator has written its models.
    settings.set(
        CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.AT_LEAST_ONCE);
    // A full disk is no reason to stop guarding; failures are counted.
    settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
    // When the feed of a recording ends, the job need not wait for the next checkpoint.
    settings.set(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH, false);
  }
}
