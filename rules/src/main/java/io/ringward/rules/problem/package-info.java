/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What can be wrong with rules, and how it is told: each {@link
 * io.ringward.rules.problem.RuleProblem} has a position and says what was found and what was
 * expected; all problems of a compilation travel in one {@link
 * io.ringward.rules.problem.RuleException}.
 */
package io.ringward.rules.problem;
