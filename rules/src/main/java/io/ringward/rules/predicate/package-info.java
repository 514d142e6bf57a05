/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Fourth and fifth pass: condition trees to {@linkplain io.ringward.rules.predicate.Predicate
 * predicates} (names resolved, types checked), and predicates to what is left of them for one type
 * of event.
 */
package io.ringward.rules.predicate;
