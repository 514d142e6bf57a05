/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.util.List;

/**
 * A verdict that an operator asks for, as typed; the agent reads and checks it.
 *
 * @param process a pid or a process key, or "" when it is about a cgroup
 * @param cgroup a path or an id, or "" when it is about a process
 * @param action {@code throttle}, {@code block} or {@code kill}
 * @param operations what it covers; empty means all
 * @param rate {@code 10/s} for a throttle, else ""
 * @param durationNanos until it expires
 * @param reason one line
 * @param persist whether it stays in force until its expiry also when the agent is gone
 */
public record VerdictRequest(
    String process,
    String cgroup,
    String action,
    List<String> operations,
    String rate,
    long durationNanos,
    String reason,
    boolean persist) {
  public VerdictRequest {
    process = orEmpty(process);
    cgroup = orEmpty(cgroup);
    action = orEmpty(action);
    operations = operations == null ? List.of() : List.copyOf(operations);
    rate = orEmpty(rate);
    reason = orEmpty(reason);
  }

  /** A verdict that ends with the agent. */
  public VerdictRequest(
      String process,
      String cgroup,
      String action,
      List<String> operations,
      String rate,
      long durationNanos,
      String reason) {
    this(process, cgroup, action, operations, rate, durationNanos, reason, false);
  }

  // What a client leaves out arrives as null.
  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
