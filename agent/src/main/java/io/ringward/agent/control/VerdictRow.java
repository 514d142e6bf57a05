/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.util.List;

/**
 * A verdict as {@code verdicts list} shows it.
 *
 * @param id hexadecimal, as {@code verdicts release} takes it
 * @param subject {@code process 4711@123} or {@code cgroup 42}
 * @param name evidence for people: the process's name, or the cgroup's path; "" when unknown
 * @param rate as {@code verdicts add} takes it; "" unless it is a throttle
 * @param ageNanos since it was issued
 * @param expiresInNanos until the kernel ends it
 * @param hits operations refused so far; in shadow, that would have been
 * @param shadow whether it only counts
 * @param outcome what became of it, where it was just made; else ""
 */
public record VerdictRow(
    String id,
    String subject,
    String name,
    String action,
    List<String> operations,
    String rate,
    long ageNanos,
    long expiresInNanos,
    long hits,
    boolean shadow,
    String source,
    String reason,
    String outcome) {
  public VerdictRow {
    operations = List.copyOf(operations);
  }
}
