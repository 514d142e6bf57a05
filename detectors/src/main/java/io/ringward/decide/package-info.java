/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Findings in, verdicts out: what is done about what was found.
 *
 * <p>{@link io.ringward.decide.Ladder} is the law: a pure function of a subject's {@link
 * io.ringward.decide.SubjectState}, a {@link io.ringward.kernel.Finding}, the {@link
 * io.ringward.decide.Policy} and the {@link io.ringward.decide.Protection}. It makes a verdict that
 * ends, or none, and never one on whom is protected. {@link io.ringward.decide.IncidentBook} tells
 * people once and counts the rest. {@link io.ringward.decide.Decider} is both for a whole host: the
 * state that a job keeps.
 *
 * <p>All is plain single-threaded Java; time is what the caller says it is.
 */
package io.ringward.decide;
