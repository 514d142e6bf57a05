/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Objects;

/**
 * What operators have taught one rule or model about one program.
 *
 * @param detector the rule or model
 * @param executable the program's file
 * @param program its path when it was last spoken of, for people
 * @param leaning over 0: so many steps more reluctant; below 0: so many steps surer
 * @param falsePositives releases with that word, ever
 * @param confirmed releases with that word, ever
 * @param changedNanos when the leaning last changed ({@code CLOCK_BOOTTIME}; before this boot when
 *     negative)
 */
public record ProgramLeaning(
    String detector,
    FileIdentity executable,
    String program,
    int leaning,
    int falsePositives,
    int confirmed,
    long changedNanos) {
  public ProgramLeaning {
    Objects.requireNonNull(detector);
    Objects.requireNonNull(executable);
    Objects.requireNonNull(program);
  }
}
