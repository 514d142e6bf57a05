/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What people are told: one or many findings about one subject, and what was done. Repeats
 * collapse: a later incident with the same id carries the new count and replaces the earlier.
 *
 * @param id stable over repeats
 * @param firstNanos of the first finding ({@code CLOCK_BOOTTIME})
 * @param lastNanos of the latest finding
 * @param count findings so far, exact
 * @param finding the latest
 * @param verdict what is in force, when something is
 * @param outcome what became of it, one line: {@code in force on 3 processes}, {@code shadow: …},
 *     {@code protected: …}
 * @param over whether this is the last that is told of it: nothing was found for a while
 */
public record Incident(
    String id,
    long firstNanos,
    long lastNanos,
    long count,
    Finding finding,
    Optional<Verdict> verdict,
    String outcome,
    boolean over) {
  /** An incident that goes on. */
  public Incident(
      String id,
      long firstNanos,
      long lastNanos,
      long count,
      Finding finding,
      Optional<Verdict> verdict,
      String outcome) {
    this(id, firstNanos, lastNanos, count, finding, verdict, outcome, false);
  }

  public Incident {
    Objects.requireNonNull(id);
    Objects.requireNonNull(finding);
    Objects.requireNonNull(verdict);
    Objects.requireNonNull(outcome);
    if (count < 1) {
      throw new IllegalArgumentException("an incident has at least one finding");
    }
  }

  /** The ancestors of the subject, parent first. */
  public List<ProcessInfo> ancestry() {
    return finding.ancestry();
  }
}
