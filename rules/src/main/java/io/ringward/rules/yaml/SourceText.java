/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.yaml;

import io.ringward.rules.problem.SourcePosition;
import java.util.Arrays;

/**
 * The text of one file and its name, with an index that finds lines and columns in logarithmic
 * time: a file may have very many problems, or be one very long line. Immutable.
 */
final class SourceText {
  /** Code points are counted ahead for blocks of so many characters. */
  private static final int BLOCK = 256;

  private final String file;
  private final String content;
  private final int[] lineStarts;
  private final int[] codePointsBeforeBlock;

  /**
   * Indexes a text.
   *
   * @param file its name in messages
   * @param content its characters, without a byte order mark
   */
  SourceText(String file, String content) {
    this.file = file;
    this.content = content;
    this.lineStarts = lineStarts(content);
    this.codePointsBeforeBlock = codePointsBeforeBlocks(content);
  }

  String file() {
    return file;
  }

  String content() {
    return content;
  }

  /** The index of a code point as an index of the string; past the end is the end. */
  int charIndex(int codePointIndex) {
    int found = Arrays.binarySearch(codePointsBeforeBlock, codePointIndex);
    int block = found >= 0 ? found : -found - 2;
    int index = block * BLOCK;
    int left = codePointIndex - codePointsBeforeBlock[block];
    while (left > 0 && index < content.length()) {
      if (!isSecondHalf(content, index)) {
        left--;
      }
      index++;
    }
    // The walk may stop within a pair: its code point counts with the first half.
    return index < content.length() && isSecondHalf(content, index) ? index + 1 : index;
  }

  /** Line and column of an index of the string; an index past the end is the end. */
  SourcePosition position(int charIndex) {
    int end = Math.min(charIndex, content.length());
    int found = Arrays.binarySearch(lineStarts, end);
    int line = found >= 0 ? found : -found - 2;
    int column = codePointsBefore(end) - codePointsBefore(lineStarts[line]);
    return new SourcePosition(file, line + 1, column + 1);
  }

  private int codePointsBefore(int charIndex) {
    int block = charIndex / BLOCK;
    int count = codePointsBeforeBlock[block];
    for (int index = block * BLOCK; index < charIndex; index++) {
      if (!isSecondHalf(content, index)) {
        count++;
      }
    }
    return count;
  }

  /** Breaks are line feeds, carriage returns, and both together (YAML 1.2, 5.4). */
  private static int[] lineStarts(String content) {
    int[] starts = new int[16];
    int lines = 1;
    for (int index = 0; index < content.length(); index++) {
      char character = content.charAt(index);
      boolean firstOfTwo =
          character == '\r' && index + 1 < content.length() && content.charAt(index + 1) == '\n';
      if (character == '\n' || (character == '\r' && !firstOfTwo)) {
        if (lines == starts.length) {
          starts = Arrays.copyOf(starts, 2 * lines);
        }
        starts[lines++] = index + 1;
      }
    }
    return Arrays.copyOf(starts, lines);
  }

  private static int[] codePointsBeforeBlocks(String content) {
    int[] counts = new int[content.length() / BLOCK + 1];
    int count = 0;
    for (int index = 0; index < content.length(); index++) {
      if (index % BLOCK == 0) {
        counts[index / BLOCK] = count;
      }
      if (!isSecondHalf(content, index)) {
        count++;
      }
    }
    if (content.length() % BLOCK == 0) {
      counts[content.length() / BLOCK] = count;
    }
    return counts;
  }

  private static boolean isSecondHalf(String content, int index) {
    return Character.isLowSurrogate(content.charAt(index))
        && index > 0
        && Character.isHighSurrogate(content.charAt(index - 1));
  }
}
