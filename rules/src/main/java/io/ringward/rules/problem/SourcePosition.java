/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.problem;

import java.util.Objects;

/**
 * A place in a rules file.
 *
 * @param file the name of the source, as the caller gave it
 * @param line from 1 on
 * @param column from 1 on, counted in characters (Unicode code points; a tab is one)
 */
public record SourcePosition(String file, int line, int column)
    implements Comparable<SourcePosition> {
  public SourcePosition {
    Objects.requireNonNull(file);
    if (line < 1 || column < 1) {
      throw new IllegalArgumentException("lines and columns count from 1: " + line + ":" + column);
    }
  }

  /** The start of a source. */
  public static SourcePosition startOf(String file) {
    return new SourcePosition(file, 1, 1);
  }

  /** Order within one file; files are ordered by name. */
  @Override
  public int compareTo(SourcePosition other) {
    int byFile = file.compareTo(other.file);
    if (byFile != 0) {
      return byFile;
    }
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  /** {@code file:line:column}, as compilers print it and editors follow it. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
