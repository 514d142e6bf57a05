/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How people are told: incidents as JSON lines, in Falco's form and as a few lines on a terminal,
 * and the outlets that carry them: standard output, a rotated file, a webhook, an Alertmanager,
 * syslog.
 *
 * <p>The loop hands an {@link io.ringward.kernel.Incident} to {@link
 * io.ringward.agent.incident.IncidentOutlets} and goes on at once. Each outlet has a bounded queue
 * and a thread of its own: a terminal that somebody stopped, a full disk or a dead receiver costs
 * incidents of that outlet, which are counted by cause, and never a microsecond of the loop.
 */
package io.ringward.agent.incident;
