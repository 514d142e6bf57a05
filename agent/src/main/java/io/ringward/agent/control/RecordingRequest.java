/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

/**
 * A recording that the agent is to make.
 *
 * @param file absolute, on the agent's file system
 * @param durationNanos when it ends by itself; 0 for when it is stopped
 * @param bytes most bytes of the file
 * @param overwrite whether a plain file that is there is replaced
 */
public record RecordingRequest(String file, long durationNanos, long bytes, boolean overwrite) {}
