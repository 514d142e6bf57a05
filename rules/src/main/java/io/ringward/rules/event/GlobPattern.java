/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A shell wildcard pattern: {@code *} any text, slashes and leading dots included, {@code ?} one
 * character, {@code [a-z]}, {@code [!a-z]} and {@code [[:digit:]]} one of a set, {@code \} takes
 * the next character as it is. That is fnmatch(3) without flags (POSIX.1-2024, XCU 2.14), and with
 * {@code FNM_CASEFOLD} for ignoring case, which is what Falco's {@code glob} and {@code iglob}
 * call.
 *
 * <p>Where fnmatch counts bytes, this counts code points. What fnmatch would never match, a
 * backslash at the end, is refused; a bracket that never closes stands for itself, as in glibc.
 *
 * <p><b>Cost.</b> A star is first tried as short as it can be, and only the last one passed is ever
 * made longer (a longer earlier one could match nothing more), so a match takes at most the product
 * of both lengths, never more, and the pattern is bounded. Matching allocates nothing. Immutable.
 */
public final class GlobPattern {
  /** The longest pattern, in characters. */
  public static final int MOST_CHARACTERS = 512;

  private final Element[] elements;
  private final boolean ignoringCase;

  private GlobPattern(List<Element> elements, boolean ignoringCase) {
    this.elements = elements.toArray(Element[]::new);
    this.ignoringCase = ignoringCase;
  }

  /** What one place of a pattern takes. */
  sealed interface Element {
    /** Any text. */
    record Star() implements Element {}

    /** Any one character. */
    record Any() implements Element {}

    /** This character; folded when case is ignored. */
    record One(int codePoint) implements Element {}

    /** One character of a set, or outside of it. */
    record Set(GlobSet set) implements Element {}
  }

  /**
   * Reads a pattern.
   *
   * @return empty when it is longer than {@link #MOST_CHARACTERS} or ends with a backslash
   */
  public static Optional<GlobPattern> parse(String text, boolean ignoringCase) {
    if (text.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    int[] pattern = text.codePoints().toArray();
    List<Element> elements = new ArrayList<>();
    int at = 0;
    while (at < pattern.length) {
      switch (pattern[at]) {
        case '*' -> {
          if (elements.isEmpty() || !(elements.getLast() instanceof Element.Star)) {
            elements.add(new Element.Star());
          }
          at++;
        }
        case '?' -> {
          elements.add(new Element.Any());
          at++;
        }
        case '[' -> {
          int end = GlobSet.end(pattern, at);
          elements.add(
              end < 0
                  ? new Element.One('[')
                  : new Element.Set(GlobSet.of(pattern, at, end, ignoringCase)));
          at = end < 0 ? at + 1 : end + 1;
        }
        case '\\' -> {
          if (at + 1 == pattern.length) {
            return Optional.empty();
          }
          elements.add(new Element.One(fold(pattern[at + 1], ignoringCase)));
          at += 2;
        }
        default -> elements.add(new Element.One(fold(pattern[at++], ignoringCase)));
      }
    }
    return Optional.of(new GlobPattern(elements, ignoringCase));
  }

  /** Whether the whole text matches. */
  public boolean matches(String text) {
    int element = 0;
    int at = 0;
    int afterStar = -1; // the element after the last star that was passed
    int starUntil = 0; // where its text ends, so far
    while (at < text.length()) {
      if (element < elements.length && elements[element] instanceof Element.Star) {
        afterStar = ++element;
        starUntil = at;
        continue;
      }
      int codePoint = text.codePointAt(at);
      if (element < elements.length && takes(elements[element], codePoint)) {
        element++;
        at += Character.charCount(codePoint);
      } else if (afterStar >= 0) {
        starUntil += Character.charCount(text.codePointAt(starUntil));
        at = starUntil;
        element = afterStar;
      } else {
        return false;
      }
    }
    while (element < elements.length && elements[element] instanceof Element.Star) {
      element++;
    }
    return element == elements.length;
  }

  private boolean takes(Element element, int codePoint) {
    return switch (element) {
      case Element.Star _ -> false;
      case Element.Any _ -> true;
      case Element.One one -> one.codePoint == fold(codePoint, ignoringCase);
      case Element.Set inside -> inside.set.contains(codePoint);
    };
  }

  static int fold(int codePoint, boolean ignoringCase) {
    return ignoringCase ? Character.toLowerCase(Character.toUpperCase(codePoint)) : codePoint;
  }
}
