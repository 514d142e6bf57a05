/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

/**
 * How a recording stands; see {@link io.ringward.jobs.recording.RecordingStatus}.
 *
 * @param why why it ended by itself; blank while it runs and when somebody stopped it
 */
public record RecordingRow(
    String file,
    boolean running,
    long events,
    long items,
    long bytes,
    long stateBytes,
    long gaps,
    long lost,
    long nanos,
    String why) {}
