/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One bit of the inline policy's masks: matches an operation when all its tests hold.
 *
 * @param operations that it is about, at least one
 * @param tests at most one for each dimension; none: each such operation matches
 */
public record InlineRow(Set<Operation> operations, List<InlineTest> tests) {
  public InlineRow {
    operations = Set.copyOf(operations);
    tests = List.copyOf(tests);
    if (operations.isEmpty()) {
      throw new IllegalArgumentException("a row is about at least one operation");
    }
    Set<InlineDimension> seen = new HashSet<>();
    for (InlineTest test : tests) {
      if (!seen.add(test.dimension())) {
        throw new IllegalArgumentException("two tests of " + test.dimension() + " in one row");
      }
    }
  }
}
