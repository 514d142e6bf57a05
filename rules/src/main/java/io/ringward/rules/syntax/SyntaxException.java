/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.syntax;

import io.ringward.rules.problem.RuleProblem;

/** Leaves the parser at the first thing in a condition that cannot be read. */
final class SyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient RuleProblem problem;

  SyntaxException(RuleProblem problem) {
    super(problem.line(), null, false, false);
    this.problem = problem;
  }

  RuleProblem problem() {
    return problem;
  }
}
