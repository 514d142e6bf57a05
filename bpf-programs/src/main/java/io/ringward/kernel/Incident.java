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
 * @param verdict what was decided, when something was
 * @param outcome what became of it, one line: {@code in force on 3 processes}, {@code shadow: …},
 *     {@code protected: …}
 */
public record Incident(
    String id,
    long firstNanos,
    long lastNanos,
    long count,
    Finding finding,
    Optional<Verdict> verdict,
    String outcome) {
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
