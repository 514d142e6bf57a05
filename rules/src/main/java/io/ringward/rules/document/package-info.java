/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Second pass: YAML nodes to the items of a rules file (rules, macros, lists), with the keys and
 * shapes that each has to have. Conditions and outputs stay text here.
 */
package io.ringward.rules.document;
