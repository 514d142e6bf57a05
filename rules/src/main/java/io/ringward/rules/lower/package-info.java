/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Lowering: what a rule asks of an event, said in rows of the kernel's inline policy, so that the
 * kernel refuses the operation before it happens. A condition is lowered exactly or not at all: the
 * rows match an event if and only if the condition does.
 */
package io.ringward.rules.lower;
