/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.problem;

/** Text of a rules file as messages show it: short, on one line, harmless for a terminal. */
public final class Quoted {
  private static final int MOST_CHARACTERS = 60;

  private Quoted() {}

  /** In single quotes, abbreviated, control characters replaced. */
  public static String of(String text) {
    return "'" + abbreviated(text) + "'";
  }

  /** The same without the quotes. */
  public static String abbreviated(String text) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < text.length() && out.length() < MOST_CHARACTERS) {
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      boolean harmless =
          switch (Character.getType(character)) {
            case Character.CONTROL,
                Character.FORMAT,
                Character.SURROGATE,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR,
                Character.UNASSIGNED ->
                false;
            default -> true;
          };
      if (harmless) {
        out.appendCodePoint(character);
      } else {
        out.append(character == '\n' || character == '\r' || character == '\t' ? ' ' : '\ufffd');
      }
    }
    if (at < text.length()) {
      out.append('…');
    }
    return out.toString();
  }
}
