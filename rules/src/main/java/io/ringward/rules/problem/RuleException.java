/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.problem;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Rules could not be compiled. Checked, because a caller always has something sensible to do: show
 * the {@link #problems()} and keep the rules that are in force.
 */
public final class RuleException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<RuleProblem> problems;
  private final boolean more;

  /**
   * What was found.
   *
   * @param problems at least one, in the order in which to show them
   * @param more whether there were more
   */
  public RuleException(List<RuleProblem> problems, boolean more) {
    super(
        problems.stream().map(RuleProblem::line).collect(Collectors.joining("\n"))
            + (more ? "\n… and more problems" : ""));
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("an exception needs a problem");
    }
    this.problems = List.copyOf(problems);
    this.more = more;
  }

  /** A single problem. */
  public RuleException(RuleProblem problem) {
    this(List.of(problem), false);
  }

  /** What is wrong, in the order of the files. */
  public List<RuleProblem> problems() {
    return problems;
  }

  /** Whether there were more problems than are told at once. */
  public boolean more() {
    return more;
  }
}
