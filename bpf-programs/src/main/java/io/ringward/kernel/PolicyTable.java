/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The way in for rules that the kernel decides by itself. Thread-safe. Nothing is refused that no
 * rule in force names: an empty table, a full one, a program of which nothing is known and a dead
 * agent let everything through (but for rules that persist).
 */
public interface PolicyTable extends AutoCloseable {
  /**
   * What became of rules.
   *
   * @param generation of the tables in force now
   * @param inline the names of those that the kernel decides
   * @param leftOut the names of those that found no room, each with the reason
   * @param unasked operations that a rule is about and of which no hook of this kernel asks the
   *     tables, by the rule's name; rules without such are not in it
   */
  record Publication(
      long generation,
      List<String> inline,
      Map<String, String> leftOut,
      Map<String, Set<Operation>> unasked) {
    public Publication {
      inline = List.copyOf(inline);
      leftOut = Map.copyOf(leftOut);
      unasked = Map.copyOf(unasked);
    }
  }

  /**
   * Puts rules in force in place of all that were: at once and together. Each operation is judged
   * either by the old ones or by the new ones.
   *
   * @param rules in the order in which they are to find room; of several that match one operation
   *     the first decides, and counts
   */
  Publication publish(List<InlineRule> rules);

  /** Operations that each rule in force has decided so far, by the rule's name. */
  Map<String, Long> hits();

  /** Takes all rules out of force that do not persist. Idempotent. */
  @Override
  void close();
}
