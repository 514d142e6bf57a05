/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.metrics.LoopReading;
import io.ringward.jobs.HostJob;
import io.ringward.jobs.HostJobMetrics;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** What the job says of itself, as the metrics page wants it. Thread-safe. */
final class JobReading implements Supplier<LoopReading> {
  private volatile HostJob job;

  /** The job runs now. */
  void show(HostJob job) {
    this.job = job;
  }

  @Override
  public LoopReading get() {
    HostJob running = job;
    return running == null ? LoopReading.NOTHING : reading(running.metrics());
  }

  private static LoopReading reading(HostJobMetrics metrics) {
    boolean saved = metrics.lastCheckpointEpochMillis() > 0;
    long ageMillis = System.currentTimeMillis() - metrics.lastCheckpointEpochMillis();
    return new LoopReading(
        metrics.lagBytes(),
        metrics.restarts(),
        metrics.checkpoints(),
        metrics.failedCheckpoints(),
        saved ? OptionalDouble.of(Math.max(0, ageMillis) / 1e3) : OptionalDouble.empty(),
        saved ? OptionalLong.of(metrics.lastCheckpointBytes()) : OptionalLong.empty(),
        metrics.processes(),
        metrics.forgottenProcesses(),
        metrics.degraded());
  }
}
