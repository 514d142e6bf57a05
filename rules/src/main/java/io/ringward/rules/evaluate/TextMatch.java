/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.event.GlobPattern;
import io.ringward.rules.predicate.Predicate.TextComparison;
import java.util.Set;

/** A comparison of texts with its values built in. */
@FunctionalInterface
interface TextMatch {
  /** Whether a text that is known compares so. */
  boolean matches(String text);

  /** The comparison with values, of which there is at least one. */
  static TextMatch of(TextComparison comparison, Set<String> values) {
    String first = values.iterator().next();
    return switch (comparison) {
      case EQUAL -> values.size() == 1 ? first::equals : Set.copyOf(values)::contains;
      case NOT_EQUAL -> text -> !text.equals(first);
      case CONTAINS -> text -> text.contains(first);
      case CONTAINS_IGNORING_CASE -> text -> containsIgnoringCase(text, first);
      case STARTS_WITH -> text -> text.startsWith(first);
      case ENDS_WITH -> text -> text.endsWith(first);
      case GLOB -> GlobPattern.parse(first, false).orElseThrow()::matches;
      case GLOB_IGNORING_CASE -> GlobPattern.parse(first, true).orElseThrow()::matches;
    };
  }

  private static boolean containsIgnoringCase(String text, String part) {
    int last = text.length() - part.length();
    for (int start = 0; start <= last; start++) {
      if (text.regionMatches(true, start, part, 0, part.length())) {
        return true;
      }
    }
    return false;
  }
}
