/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.event.EventContext;

/**
 * A condition that is ready to run on events of one type. Immutable, safe for use by several
 * threads (each with its own context), and free of allocation.
 */
@FunctionalInterface
public interface Evaluator {
  /** Whether the condition holds. */
  boolean test(EventContext event);
}
