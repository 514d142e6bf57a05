/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a job does with items: the ordered stage that keeps the process table and evaluates rules,
 * and the keyed operators that score programs and decide about process trees.
 */
package io.ringward.jobs.function;
