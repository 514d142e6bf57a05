/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Flink inside of one process, with no door to the outside.
 *
 * <p>A stock {@code MiniCluster} opens a REST port that runs any job jar sent to it, and a BLOB
 * port that stores what it is given: both are code execution for every local user. {@link
 * io.ringward.jobs.cluster.SealedCluster} has neither once it is up, and neither says anything but
 * no while it comes up.
 */
package io.ringward.jobs.cluster;
