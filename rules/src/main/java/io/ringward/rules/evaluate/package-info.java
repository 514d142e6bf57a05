/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Sixth pass: predicates to evaluators that run on events without allocating, and outputs to
 * templates.
 */
package io.ringward.rules.evaluate;
