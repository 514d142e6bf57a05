/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;
import java.util.Objects;

/**
 * A rule that the kernel decides by itself, before the operation happens: it is refused with EPERM
 * when any of the rows matches.
 *
 * @param name of the rule
 * @param rows at least one; their order does not matter
 * @param shadow counted and reported, never enforced, whatever the mode of the agent
 * @param persistNanos how long after the agent's last beat it is still enforced when the agent is
 *     gone; 0: not at all
 */
public record InlineRule(String name, List<InlineRow> rows, boolean shadow, long persistNanos) {
  private static final long NO_VERDICT = Long.MIN_VALUE;

  public InlineRule {
    Objects.requireNonNull(name);
    rows = List.copyOf(rows);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rule '" + name + "' has no rows");
    }
    if (persistNanos < 0) {
      throw new IllegalArgumentException("persistNanos is not negative, not " + persistNanos);
    }
  }

  /**
   * What stands in the place of a verdict's id in the audit events of a rule: FNV-1a of the name
   * (www.isthe.com/chongo/tech/comp/fnv), with the top bit set, which no verdict's id has.
   */
  public static long id(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte each : name.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
    }
    return hash | NO_VERDICT;
  }

  /** Whether an audit event's verdict id is that of a rule. */
  public static boolean isRule(long verdictId) {
    return verdictId < 0;
  }
}
