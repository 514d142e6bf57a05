/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.text;

import java.util.stream.Collectors;

/**
 * Text that a stranger chose (a program's name, its arguments), made harmless for a terminal:
 * control characters, escape sequences, line breaks and direction overrides are shown, not obeyed.
 */
public final class Printable {
  private static final int LONGEST_LINE = 1000;

  private Printable() {}

  /** The text on one line, at most {@code limit} characters long, an ellipsis where it was cut. */
  public static String of(String text, int limit) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), limit) + 8);
    int index = 0;
    while (index < text.length()) {
      int codePoint = text.codePointAt(index);
      String shown = isHarmless(codePoint) ? Character.toString(codePoint) : escape(codePoint);
      if (out.length() + shown.length() > limit - 1 && index + 1 < text.length()) {
        return out.append('…').toString();
      }
      out.append(shown);
      index += Character.charCount(codePoint);
    }
    return out.toString();
  }

  /** Several lines, each made harmless; their breaks stay. */
  public static String lines(String text) {
    return text.lines().map(line -> of(line, LONGEST_LINE)).collect(Collectors.joining("\n"));
  }

  private static boolean isHarmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static String escape(int codePoint) {
    return switch (codePoint) {
      case '\n' -> "\\n";
      case '\t' -> "\\t";
      case '\r' -> "\\r";
      default ->
          codePoint < 0x100
              ? String.format("\\x%02x", codePoint)
              : String.format("\\u%04x", codePoint);
    };
  }
}
