/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a row asks of one dimension: its value is among some, and not among others.
 *
 * @param among empty: any value is right
 * @param except these are not, even when they are among the others
 */
public record InlineTest(
    InlineDimension dimension, Optional<Set<InlineValue>> among, Set<InlineValue> except) {
  public InlineTest {
    Objects.requireNonNull(dimension);
    among = among.map(Set::copyOf);
    except = Set.copyOf(except);
  }

  /** The value is one of these. */
  public static InlineTest among(InlineDimension dimension, Set<InlineValue> values) {
    return new InlineTest(dimension, Optional.of(values), Set.of());
  }

  /** The value is none of these. */
  public static InlineTest except(InlineDimension dimension, Set<InlineValue> values) {
    return new InlineTest(dimension, Optional.empty(), values);
  }
}
