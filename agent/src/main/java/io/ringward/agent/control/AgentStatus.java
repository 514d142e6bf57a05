/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

/**
 * The running agent in brief.
 *
 * @param version of Ringward
 * @param pid of its process
 * @param mode {@code shadow} or {@code enforce}
 * @param uptimeNanos since it was up
 * @param rules how many are in force
 * @param verdicts how many are in force
 * @param metricsAddress where {@code /metrics} answers
 * @param heartbeatAgeNanos since a tick last passed through the loop
 */
public record AgentStatus(
    String version,
    long pid,
    String mode,
    long uptimeNanos,
    int rules,
    int verdicts,
    String metricsAddress,
    long heartbeatAgeNanos) {}
