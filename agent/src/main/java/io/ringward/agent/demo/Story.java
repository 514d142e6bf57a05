/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import io.ringward.agent.text.Printable;
import io.ringward.agent.text.Style;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints the story, line by line, as it happens. Strangers' bytes are made harmless. */
final class Story {
  private static final int LABEL = 10;
  private static final int WIDTH = 110;
  private static final int MOST = 1000;

  private final PrintWriter out;
  private final Style style;

  Story(PrintWriter out, Style style) {
    this.out = out;
    this.style = style;
  }

  /** The title of an act. */
  void act(String number, String title) {
    out.println();
    out.println(style.bold(style.cyan(number) + "  " + title));
    out.flush();
  }

  /** A fact. */
  void fact(String label, String text) {
    fact(label, text, Paint.PLAIN);
  }

  /** How a fact is shown. */
  enum Paint {
    PLAIN,
    GOOD,
    BAD,
    NOTE
  }

  /** A fact in a colour; long ones go on below. */
  void fact(String label, String text, Paint paint) {
    String head = label;
    for (String line : wrapped(Printable.of(text, MOST))) {
      String painted =
          switch (paint) {
            case PLAIN -> line;
            case GOOD -> style.green(line);
            case BAD -> style.red(line);
            case NOTE -> style.dim(line);
          };
      out.println(
          "   " + style.dim(String.format(Locale.ROOT, "%-" + LABEL + "s", head)) + " " + painted);
      head = "";
    }
    out.flush();
  }

  /** What an act came to. */
  void end(boolean asTold, String text) {
    fact("", (asTold ? "✓ " : "✗ ") + text, asTold ? Paint.GOOD : Paint.BAD);
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH - LABEL - 4) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
