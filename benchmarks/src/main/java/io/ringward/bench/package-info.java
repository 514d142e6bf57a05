/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What {@code ./ringward bench} measures, on the real kernel with the real job. Every measurement
 * is bounded in time and count, acts only on processes and a cgroup of its own, and leaves nothing
 * behind.
 */
package io.ringward.bench;
