/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

/**
 * How far a replay is.
 *
 * @param events of the kernel so far
 * @param items events and all else so far
 * @param gaps places where the recording had to begin anew
 * @param lost items that are not in the recording
 * @param firstNanos kernel time of the first item, 0 before it
 * @param lastNanos kernel time of the last item
 * @param epochOffsetNanos what to add to kernel time to get time since the epoch, 0 if not known
 *     yet
 * @param startedNanos when the first item was asked for, by {@link System#nanoTime}; 0 before
 */
public record ReplayProgress(
    long events,
    long items,
    long gaps,
    long lost,
    long firstNanos,
    long lastNanos,
    long epochOffsetNanos,
    long startedNanos) {}
