/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Falco's rule language as Ringward speaks it: {@link io.ringward.rules.RuleCompiler} turns files
 * into a {@link io.ringward.rules.RuleSet}, which tests events through the port {@link
 * io.ringward.rules.event.EventContext}.
 *
 * <p>The compiler works in passes, each in a package of its own that knows only those before it:
 * text to {@linkplain io.ringward.rules.yaml YAML nodes}, to {@linkplain io.ringward.rules.document
 * items}, to {@linkplain io.ringward.rules.syntax condition trees}, to {@linkplain
 * io.ringward.rules.predicate typed predicates}, to {@linkplain io.ringward.rules.evaluate
 * evaluators}. Every pass reports to one collector and goes on, so that one run tells all that is
 * wrong.
 *
 * <p><b>The language.</b> Files are lists of items: {@code rule} (condition, desc, output,
 * priority; optional tags, enabled, source), {@code macro} (condition), {@code list} (items).
 * Conditions have {@code and}, {@code or}, {@code not}, parentheses, macros, and tests {@code field
 * operator value} with {@code = == != < <= > >= in contains icontains startswith endswith exists};
 * the fields are those of {@link io.ringward.rules.event.Field}. A macro counts as if it stood in
 * parentheses. A test of a value that is not known is false, whatever the operator. All rules that
 * match fire.
 *
 * <p><b>Ringward's own keys of a rule.</b> {@code action: alert | watch | throttle | block | kill},
 * {@code for: 5m} (how long; s, m or h; at most 24h; for all but alert), {@code operations:
 * [connect, bind]} (what throttle and block cover; by default what the rule looks at, and
 * everything for rules about programs), {@code rate: 10/s} (for throttle, which is the default).
 */
package io.ringward.rules;
