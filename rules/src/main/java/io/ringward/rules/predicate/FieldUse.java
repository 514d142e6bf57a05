/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.event.Field;

/**
 * A field as a condition or an output uses it.
 *
 * @param generation whose: 0 the process, 1 its parent, …, or {@link #ANY_ANCESTOR}; for fields
 *     that are not of a process 0
 */
public record FieldUse(Field field, int generation) {
  /** Any of the ancestors, the process itself not counted. */
  public static final int ANY_ANCESTOR = -1;

  /** Whether the test holds when it holds for any ancestor. */
  public boolean anyAncestor() {
    return generation == ANY_ANCESTOR;
  }
}
