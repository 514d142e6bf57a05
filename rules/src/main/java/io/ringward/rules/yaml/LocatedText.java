/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.yaml;

import io.ringward.rules.problem.SourcePosition;
import java.util.Objects;

/**
 * The text of a YAML scalar that still knows where each of its characters came from, whatever the
 * style it was written in. Positions are worked out only when they are asked for, so a file without
 * errors pays nothing for them. Immutable.
 */
public final class LocatedText {
  /** How the scalar was written, as far as it matters for finding a character again. */
  enum Style {
    /** Without quotes, possibly folded over several lines. */
    PLAIN,
    SINGLE_QUOTED,
    DOUBLE_QUOTED,
    /** Literal {@code |} or folded {@code >}. */
    BLOCK,
    /** Not of a YAML file: the value is the whole text, character by character. */
    VERBATIM
  }

  private final String value;
  private final SourceText source;
  private final int startCodePoint;
  private final Style style;

  LocatedText(String value, SourceText source, int startCodePoint, Style style) {
    this.value = Objects.requireNonNull(value);
    this.source = source;
    this.startCodePoint = startCodePoint;
    this.style = style;
  }

  /**
   * A text that stands in no file: from a command line, for example.
   *
   * @param name what error messages call it
   */
  public static LocatedText verbatim(String name, String text) {
    return new LocatedText(text, new SourceText(name, text), 0, Style.VERBATIM);
  }

  /** The characters, as YAML gives them. */
  public String value() {
    return value;
  }

  /** Whether it was written without quotes and not as a block: only then may it be a reference. */
  public boolean plain() {
    return style == Style.PLAIN;
  }

  /** Nothing at the same place, to stand for another text that is missing. */
  public LocatedText blank() {
    return new LocatedText("", source, startCodePoint, style);
  }

  /** Where the scalar begins, its quote or block sign included. */
  public SourcePosition start() {
    return source.position(source.charIndex(startCodePoint));
  }

  /**
   * Where a character of {@link #value} stands in the file. The offset of the end means the place
   * after the last character that is not white space.
   */
  public SourcePosition position(int offset) {
    if (style == Style.VERBATIM) {
      return source.position(offset);
    }
    return source.position(
        new ScalarAlignment(source.content(), value, style)
            .find(source.charIndex(startCodePoint), Math.min(offset, value.length())));
  }
}
