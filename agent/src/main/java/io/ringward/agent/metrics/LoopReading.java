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
 * @param checkpointAgeSeconds since the last one was completed, when there is one
 * @param checkpointBytes its size, when there is one
 */
public record LoopReading(
    long lagBytes,
    long restarts,
    long checkpoints,
    OptionalDouble checkpointAgeSeconds,
    OptionalLong checkpointBytes) {}
