/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Looking on: listeners that are shown the events as they pass through the ordered stage, after its
 * process table. A tap takes copies, has a bound, and can neither slow nor change what it looks at.
 */
package io.ringward.jobs.tap;
