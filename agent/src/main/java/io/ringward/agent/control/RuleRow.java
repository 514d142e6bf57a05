/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

/**
 * A rule in force as {@code rules list} shows it.
 *
 * @param decided {@code kernel} before the operation happens, or {@code stream} after it was seen
 * @param hits operations that the kernel refused by it, in shadow mode would have; -1 when the
 *     kernel does not decide it
 * @param reason why there
 */
public record RuleRow(String name, String action, String decided, long hits, String reason) {}
