/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Third pass: the text of a condition to its {@linkplain io.ringward.rules.syntax.Condition tree}.
 * Knows Falco's grammar, but neither fields nor macros.
 */
package io.ringward.rules.syntax;
