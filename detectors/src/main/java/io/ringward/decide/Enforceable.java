/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Operation;
import java.util.Set;

/**
 * What the rungs of this host can do to a verdict's operations. It is only said, by the text of a
 * ruling; a verdict covers its operations wherever a rung for them is.
 *
 * @param throttle operations that are slowed down, refused beyond a rate or starved by controllers
 * @param block operations that are refused
 */
public record Enforceable(Set<Operation> throttle, Set<Operation> block) {
  public Enforceable {
    throttle = Set.copyOf(throttle);
    block = Set.copyOf(block);
  }

  /** The same operations for both. */
  public static Enforceable of(Set<Operation> operations) {
    return new Enforceable(operations, operations);
  }
}
