/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What was decided about a subject: the only thing that makes the kernel refuse anything. It always
 * ends: {@code expiryNanos} is checked by the kernel itself.
 *
 * @param id unique on this machine since boot, never 0
 * @param subject whom it is about
 * @param action what is done, from {@link Action#WATCH} up; {@link Action#OBSERVE} is no verdict
 * @param operations what it covers; for {@link Action#KILL} what triggers the kernel's backstop
 * @param rate for {@link Action#THROTTLE}, and only for it
 * @param issuedNanos when it was decided
 * @param expiryNanos when it ends, after {@code issuedNanos}
 * @param causeNanos kernel time of the event that caused it: the loop's latency counts from here
 * @param shadow counted and reported, never enforced, whatever the mode of the agent
 * @param persist stays in force until its expiry also when the agent is gone, by programs and maps
 *     that are pinned meanwhile
 * @param source the rule or model, or {@code operator}
 * @param reason one line for people
 */
public record Verdict(
    long id,
    Subject subject,
    Action action,
    Set<Operation> operations,
    Optional<TokenRate> rate,
    long issuedNanos,
    long expiryNanos,
    long causeNanos,
    boolean shadow,
    boolean persist,
    String source,
    String reason) {
  public Verdict {
    Objects.requireNonNull(subject);
    Objects.requireNonNull(source);
    Objects.requireNonNull(reason);
    operations = Set.copyOf(operations);
    if (id == 0) {
      throw new IllegalArgumentException("0 is not a verdict id");
    }
    if (action == Action.OBSERVE) {
      throw new IllegalArgumentException("to observe needs no verdict");
    }
    if (expiryNanos <= issuedNanos) {
      throw new IllegalArgumentException("a verdict ends after it is issued");
    }
    if ((action == Action.THROTTLE) != rate.isPresent()) {
      throw new IllegalArgumentException("a throttle has a rate, and nothing else has");
    }
    if (operations.isEmpty()) {
      throw new IllegalArgumentException("a verdict covers at least one operation");
    }
  }

  /** A verdict that ends with the agent. */
  public Verdict(
      long id,
      Subject subject,
      Action action,
      Set<Operation> operations,
      Optional<TokenRate> rate,
      long issuedNanos,
      long expiryNanos,
      long causeNanos,
      boolean shadow,
      String source,
      String reason) {
    this(
        id,
        subject,
        action,
        operations,
        rate,
        issuedNanos,
        expiryNanos,
        causeNanos,
        shadow,
        false,
        source,
        reason);
  }

  /** The id as people type it: 16 hexadecimal digits at most. */
  public String idText() {
    return Long.toHexString(id);
  }
}
