/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.syntax;

import java.util.Set;

/** Words of Falco's language that Ringward does not speak yet: errors name them as such. */
public final class NotYet {
  private static final Set<String> OPERATORS =
      Set.of(
          "regex", "bcontains", "bstartswith", "intersects", "pmatch", "oneof", "anyof", "allof");
  private static final Set<String> TRANSFORMERS =
      Set.of("tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt", "val");

  private NotYet() {}

  /** Whether a word is an operator, or a modifier of one. */
  static boolean operator(String word) {
    return OPERATORS.contains(word);
  }

  /** Whether a word before a parenthesis transforms a field. */
  public static boolean transformer(String word) {
    return TRANSFORMERS.contains(word);
  }
}
