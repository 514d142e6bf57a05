/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.syntax;

import io.ringward.rules.problem.Quoted;
import io.ringward.rules.syntax.Condition.Span;

/**
 * A piece of a condition.
 *
 * @param text its characters; for a value in quotes what they mean
 */
record Token(Kind kind, String text, Span span) {
  enum Kind {
    /** Letters, digits, underscores and dots: a keyword, an operator, a macro or a field. */
    WORD,
    /** {@code = == != < <= > >=}. */
    SIGN,
    OPEN,
    CLOSE,
    COMMA,
    /** The bracket right after a field's name. */
    OPEN_BRACKET,
    CLOSE_BRACKET,
    /** A value without quotes. */
    BARE,
    /** A value in quotes. */
    QUOTED,
    END
  }

  boolean is(Kind other) {
    return kind == other;
  }

  boolean isWord(String word) {
    return kind == Kind.WORD && text.equals(word);
  }

  /** How an error message names it. */
  String found() {
    return kind == Kind.END ? "the end of the condition" : Quoted.of(text);
  }
}
