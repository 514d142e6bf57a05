/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is unusual: features, models and the detectors that judge by them.
 *
 * <p>The way of a number: {@link io.ringward.detect.ProcessWindows}, in the ordered stage, counts
 * events into a {@link io.ringward.detect.FeatureVector} a second, for each process, for each tree
 * of short-lived processes and for each program's short-lived processes. The job puts the process
 * table's facts beside it: an {@link io.ringward.detect.Observation}. Keyed by {@link
 * io.ringward.detect.ProgramKey}, a {@link io.ringward.detect.ProgramProfile} holds what is usual
 * of that program (the baselines of the burst detector, and an isolation forest), and answers each
 * observation with the {@link io.ringward.kernel.Finding}s that it gives rise to.
 *
 * <p>All is plain single-threaded Java with explicit state: each state type writes itself to a
 * {@link java.io.DataOutput} with a version and reads itself back. The same observations in the
 * same order with the same seed give the same findings. Smile is known to one file, the one that
 * fits forests.
 */
package io.ringward.detect;
