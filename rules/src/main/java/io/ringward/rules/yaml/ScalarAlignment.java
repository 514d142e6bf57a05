/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.yaml;

import io.ringward.rules.yaml.LocatedText.Style;

/**
 * Finds the characters of a scalar's value in the text of the file again. YAML only drops and folds
 * white space and replaces escapes (YAML 1.2, chapters 7.3 and 8.1), so all other characters stand
 * in the file in the same order: one walk over both finds any of them.
 */
final class ScalarAlignment {
  private final String content;
  private final String value;
  private final Style style;
  private int at;

  ScalarAlignment(String content, String value, Style style) {
    this.content = content;
    this.value = value;
    this.style = style;
  }

  /** The index in the file's text of the character at an offset of the value. */
  int find(int start, int offset) {
    at = start;
    skipProperties();
    switch (style) {
      case PLAIN, VERBATIM -> {}
      case SINGLE_QUOTED, DOUBLE_QUOTED -> at++;
      case BLOCK -> skipHeader();
    }
    int found = at;
    for (int index = 0; index <= offset; index++) {
      if (index == value.length()) {
        return at;
      }
      found = step(value.charAt(index));
    }
    return found;
  }

  /** Moves past the character and says where it stood. */
  private int step(char character) {
    return switch (style) {
      case PLAIN, BLOCK, VERBATIM -> stepPlain(character);
      case SINGLE_QUOTED -> {
        int found = stepPlain(character);
        if (character == '\'' && peek() == '\'') {
          at++;
        }
        yield found;
      }
      case DOUBLE_QUOTED -> stepEscaped(character);
    };
  }

  private int stepPlain(char character) {
    if (isBlank(character)) {
      return at;
    }
    while (at < content.length() && content.charAt(at) != character) {
      at++;
    }
    return at < content.length() ? at++ : at;
  }

  private int stepEscaped(char character) {
    while (lineContinues()) {
      at++;
      skipBlanks();
    }
    if (isBlank(character)) {
      if (peek() == '\\') {
        return escape();
      }
      int found = at;
      skipOneFold();
      return found;
    }
    skipBlanks();
    if (peek() == '\\') {
      return escape();
    }
    if (Character.isLowSurrogate(character) && peek() != character) {
      return at; // second half of a \U escape, which has been passed already
    }
    return at < content.length() ? at++ : at;
  }

  /**
   * A run of white space with a line break in it is one fold; without, each character is itself.
   */
  private void skipOneFold() {
    int end = at;
    boolean breaks = false;
    while (end < content.length() && isBlank(content.charAt(end))) {
      breaks |= content.charAt(end) == '\n' || content.charAt(end) == '\r';
      end++;
    }
    if (breaks) {
      at = end;
    } else if (end > at) {
      at++;
    }
  }

  private boolean lineContinues() {
    return peek() == '\\'
        && at + 1 < content.length()
        && (content.charAt(at + 1) == '\n' || content.charAt(at + 1) == '\r');
  }

  private int escape() {
    int found = at;
    char kind = at + 1 < content.length() ? content.charAt(at + 1) : ' ';
    int digits =
        switch (kind) {
          case 'x' -> 2;
          case 'u' -> 4;
          case 'U' -> 8;
          default -> 0;
        };
    at = Math.min(content.length(), at + 2 + digits);
    return found;
  }

  /**
   * An anchor and a tag may stand before the scalar, and no plain scalar begins with their signs.
   */
  private void skipProperties() {
    while (peek() == '&' || peek() == '!') {
      while (at < content.length() && !isBlank(peek())) {
        at++;
      }
      skipBlanks();
    }
  }

  private void skipBlanks() {
    while (at < content.length() && isBlank(peek())) {
      at++;
    }
  }

  private void skipHeader() {
    while (at < content.length() && peek() != '\n' && peek() != '\r') {
      at++;
    }
  }

  private char peek() {
    return at < content.length() ? content.charAt(at) : '\0';
  }

  private static boolean isBlank(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
  }
}
