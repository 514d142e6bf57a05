/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.lower;

import io.ringward.kernel.InlineValue;
import io.ringward.rules.predicate.Predicate.NumberComparison;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Ranges of ports as prefixes of 16 bits: at most 30 for any range (P. Gupta, N. McKeown, "Packet
 * classification on multiple fields", SIGCOMM 1999, section 4).
 */
final class PortRanges {
  private static final int WIDTH = 16;
  private static final long MOST = (1 << WIDTH) - 1;

  private PortRanges() {}

  /** The ports for which a comparison with values holds; may be none. */
  static Set<InlineValue> of(NumberComparison comparison, Set<Long> values) {
    Set<InlineValue> prefixes = new LinkedHashSet<>();
    for (long value : values) {
      switch (comparison) {
        case EQUAL -> add(value, value, prefixes);
        case NOT_EQUAL -> {
          add(0, value - 1, prefixes);
          add(value + 1, MOST, prefixes);
        }
        case LESS -> add(0, value - 1, prefixes);
        case LESS_OR_EQUAL -> add(0, value, prefixes);
        case GREATER -> add(value == Long.MAX_VALUE ? value : value + 1, MOST, prefixes);
        case GREATER_OR_EQUAL -> add(value, MOST, prefixes);
      }
    }
    return prefixes;
  }

  private static void add(long from, long to, Set<InlineValue> prefixes) {
    long at = Math.max(0, from);
    long last = Math.min(MOST, to);
    while (at <= last) {
      int free = Math.min(WIDTH, Long.numberOfTrailingZeros(at == 0 ? 1L << WIDTH : at));
      while (at + (1L << free) - 1 > last) {
        free--;
      }
      prefixes.add(new InlineValue.Prefix(0, at, WIDTH - free));
      at += 1L << free;
    }
  }
}
