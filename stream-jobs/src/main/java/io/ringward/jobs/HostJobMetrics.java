/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

/**
 * What a running job says of itself at a moment.
 *
 * @param items events and control items that the stage has taken since the job's last restart
 * @param restarts how often Flink has restarted the job
 * @param lagBytes what waits in the rings
 * @param backPressuredMillisPerSecond how long the stage waited for room downstream
 * @param busyMillisPerSecond how long the decide operator worked
 * @param checkpoints completed since the start
 * @param failedCheckpoints failed since the start; what a restart aborted is among them
 * @param lastCheckpointMillis how long the last one took; 0 before the first
 * @param lastCheckpointBytes how large it is; 0 before the first
 * @param lastCheckpointEpochMillis when it was complete; 0 before the first
 * @param processes entries of the process table
 * @param forgottenProcesses living processes that had to be forgotten: the table is too small
 * @param windows open feature windows
 * @param forgottenWindows windows given up: there are too many processes
 * @param programs programs with a profile
 * @param forests profiles with a fitted forest
 * @param forgottenPrograms profiles given up because there were too many
 * @param droppedForests forests given up because there were too many
 * @param subjects subjects that the ladder remembers
 * @param degraded whether the kernel lost events lately, so that detectors see too little
 */
public record HostJobMetrics(
    long items,
    long restarts,
    long lagBytes,
    long backPressuredMillisPerSecond,
    long busyMillisPerSecond,
    long checkpoints,
    long failedCheckpoints,
    long lastCheckpointMillis,
    long lastCheckpointBytes,
    long lastCheckpointEpochMillis,
    long processes,
    long forgottenProcesses,
    long windows,
    long forgottenWindows,
    long programs,
    long forests,
    long forgottenPrograms,
    long droppedForests,
    long subjects,
    boolean degraded) {}
