/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.problem.SourcePosition;
import java.util.List;

/**
 * What the compiler did, for {@code rules check} and the log.
 *
 * @param rules each rule, switched off or not, in the order of the files
 * @param notes what is allowed but worth knowing
 */
public record CompileReport(List<Entry> rules, List<Note> notes) {
  public CompileReport {
    rules = List.copyOf(rules);
    notes = List.copyOf(notes);
  }

  /**
   * One rule.
   *
   * @param enabled whether it is in force
   * @param tests how many tests its condition comes to, macros written out
   */
  public record Entry(Rule rule, boolean enabled, long tests) {}

  /** A remark. */
  public record Note(SourcePosition where, String text) {
    @Override
    public String toString() {
      return where + ": note: " + text;
    }
  }
}
