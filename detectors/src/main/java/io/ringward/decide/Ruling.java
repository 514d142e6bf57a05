/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What was decided of one finding.
 *
 * @param subject whom it was decided about
 * @param state of the subject from now on
 * @param verdict to be put in force, when there is one
 * @param supersedes the verdict in force that the new one replaces: release it once the new one is
 *     in force
 * @param outcome one line for the incident: what is done, or why nothing is
 */
public record Ruling(
    Subject subject,
    SubjectState state,
    Optional<Verdict> verdict,
    OptionalLong supersedes,
    String outcome) {
  public Ruling {
    Objects.requireNonNull(subject);
    Objects.requireNonNull(state);
    Objects.requireNonNull(verdict);
    Objects.requireNonNull(supersedes);
    Objects.requireNonNull(outcome);
  }

  static Ruling nothing(Subject subject, SubjectState state, String outcome) {
    return new Ruling(subject, state, Optional.empty(), OptionalLong.empty(), outcome);
  }
}
