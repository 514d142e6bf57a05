/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

/** What a compilation without problems gives. */
public record Compilation(RuleSet rules, CompileReport report) {}
