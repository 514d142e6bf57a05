/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the embedded job says of itself when it is asked.
 *
 * @param lagBytes what waits in the rings
 * @param restarts of the job since the agent started
 * @param checkpoints completed since the agent started
 * @param failedCheckpoints failed since the agent started
 * @param checkpointAgeSeconds since the last one was completed, when there is one
 * @param checkpointBytes its size, when there is one
 * @param processes entries of the process table
 * @param forgottenProcesses living processes that found no room in it
 * @param degraded whether the kernel lost events lately, so that detectors see too little
 */
public record LoopReading(
    long lagBytes,
    long restarts,
    long checkpoints,
    long failedCheckpoints,
    OptionalDouble checkpointAgeSeconds,
    OptionalLong checkpointBytes,
    long processes,
    long forgottenProcesses,
    boolean degraded) {
  /** Before the job runs. */
  public static final LoopReading NOTHING =
      new LoopReading(0, 0, 0, 0, OptionalDouble.empty(), OptionalLong.empty(), 0, 0, false);
}
