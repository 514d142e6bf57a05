/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.text;

import java.util.ArrayList;
import java.util.List;

/** A table with a header line and left-aligned columns, two spaces apart. Not thread-safe. */
public final class Columns {
  private final List<List<String>> rows = new ArrayList<>();

  public Columns(String... header) {
    rows.add(List.of(header));
  }

  /**
   * Adds a line.
   *
   * @throws IllegalArgumentException when it has another number of cells than the header
   */
  public Columns row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.length + " cells under " + rows.getFirst().size() + " headings");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** The lines, the header in bold where the style has it; no spaces at the ends of lines. */
  public List<String> lines(Style style) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        widths[column] = Math.max(widths[column], cell.codePointCount(0, cell.length()));
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        line.append(cell);
        line.repeat(' ', widths[column] - cell.codePointCount(0, cell.length()) + 2);
      }
      String text = line.toString().stripTrailing();
      lines.add(lines.isEmpty() ? style.bold(text) : text);
    }
    return lines;
  }
}
