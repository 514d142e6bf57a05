/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a loop took in and knew, in a file, and the same loop again from that file.
 *
 * <p>{@link io.ringward.jobs.recording.Recorder} stands between a live feed and its job and writes;
 * {@link io.ringward.jobs.recording.Recording} reads, and gives the ports and the state of a job
 * that comes to the same findings. The form of the file is described in docs/recording.md.
 */
package io.ringward.jobs.recording;
