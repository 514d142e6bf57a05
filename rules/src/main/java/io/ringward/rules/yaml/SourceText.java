/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.yaml;

import io.ringward.rules.problem.SourcePosition;

/**
 * The text of one file and its name. Immutable.
 *
 * @param file its name in messages
 * @param content its characters, without a byte order mark
 */
record SourceText(String file, String content) {
  /** The index of a code point as an index of the string. */
  int charIndex(int codePointIndex) {
    return content.offsetByCodePoints(0, codePointIndex);
  }

  /** Line and column of an index of the string; an index past the end is the end. */
  SourcePosition position(int charIndex) {
    int end = Math.min(charIndex, content.length());
    int line = 1;
    int lineStart = 0;
    for (int index = 0; index < end; index++) {
      char character = content.charAt(index);
      boolean firstOfTwo =
          character == '\r' && index + 1 < content.length() && content.charAt(index + 1) == '\n';
      if (character == '\n' || (character == '\r' && !firstOfTwo)) {
        line++;
        lineStart = index + 1;
      }
    }
    return new SourcePosition(file, line, content.codePointCount(lineStart, end) + 1);
  }
}
