/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How people are told: incidents as JSON lines and as a few lines on a terminal, and the outlets
 * that carry them.
 *
 * <p>The loop hands an {@link io.ringward.kernel.Incident} to {@link
 * io.ringward.agent.incident.IncidentOutlets} and goes on at once. Each outlet has a bounded queue
 * and a thread of its own: a terminal that somebody stopped, or a full disk, costs incidents of
 * that outlet, which are counted, and never a microsecond of the loop.
 */
package io.ringward.agent.incident;
