/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Prints figures for people, or as Markdown for docs/benchmarks.md. */
record Report(PrintStream out, boolean markdown) {
  private static final int WIDTH = 100;

  void print(
      Benchmark benchmark,
      List<Figure> figures,
      String loadBefore,
      String loadAfter,
      boolean tiny) {
    String command = "./ringward bench " + benchmark.name() + (tiny ? " --tiny" : "");
    String load = "load average " + loadBefore + " before, " + loadAfter + " after";
    out.println();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("figure", "measured", "spread", "goal", "verdict"));
    for (Figure figure : figures) {
      rows.add(
          List.of(
              figure.name(),
              figure.valueText(),
              figure.spread(),
              figure.goalText(),
              tiny ? "" : figure.verdict()));
    }
    if (markdown) {
      out.println("### " + benchmark.name() + "\n");
      out.println(benchmark.method() + "\n");
      out.println("`" + command + "`; " + load + ".\n");
      out.println("| " + String.join(" | ", rows.getFirst()) + " |");
      out.println("| --- | ---: | ---: | ---: | --- |");
      rows.stream().skip(1).forEach(row -> out.println("| " + String.join(" | ", row) + " |"));
    } else {
      out.println(benchmark.name() + ": " + wrap(benchmark.method()));
      out.println("  " + command + "; " + load);
      table(rows);
    }
    out.flush();
  }

  private void table(List<List<String>> rows) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("  ");
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        boolean isText = i == 0 || i == widths.length - 1;
        line.append(isText ? row.get(i) + padding : padding + row.get(i)).append("  ");
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static String wrap(String text) {
    StringBuilder wrapped = new StringBuilder();
    int column = WIDTH / 10;
    for (String word : text.split(" ", -1)) {
      if (column + word.length() > WIDTH) {
        wrapped.append("\n  ");
        column = 2;
      }
      wrapped.append(word).append(' ');
      column += word.length() + 1;
    }
    return wrapped.toString().stripTrailing();
  }
}
