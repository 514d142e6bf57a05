/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.problem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Gathers what all passes find, so that one run of the compiler tells everything. Bounded: passes
 * stop when it {@link #isFull()}. Not thread-safe; one for each compilation.
 */
public final class ProblemCollector {
  /** How many problems are told. */
  public static final int MOST_PROBLEMS = 100;

  private final Set<RuleProblem> problems = new LinkedHashSet<>();
  private boolean more;

  /** Adds one, unless the very same was found before. */
  public void add(RuleProblem problem) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(problem);
    } else if (!problems.contains(problem)) {
      more = true;
    }
  }

  /** Whether looking for more problems has no use: nobody would be told. */
  public boolean isFull() {
    return more;
  }

  /** A number that grows with the first problems, to see whether a step found any. */
  public int count() {
    return problems.size() + (more ? 1 : 0);
  }

  /** Throws what was gathered, in the order of the files; does nothing when there is none. */
  public void throwIfAny() throws RuleException {
    if (problems.isEmpty()) {
      return;
    }
    // Files keep the order in which they were read: it is the order in which people think of them.
    List<String> files =
        problems.stream().map(problem -> problem.where().file()).distinct().toList();
    List<RuleProblem> ordered = new ArrayList<>(problems);
    ordered.sort(
        Comparator.comparingInt((RuleProblem problem) -> files.indexOf(problem.where().file()))
            .thenComparing(RuleProblem::where));
    throw new RuleException(ordered, more);
  }
}
