/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands in brackets in a {@link GlobPattern}: characters, ranges by code point, and the
 * classes of POSIX's locale ({@code [:digit:]}). Immutable.
 */
final class GlobSet {
  private final boolean outside;
  private final boolean ignoringCase;
  private final int[] lows;
  private final int[] highs;
  private final CharacterClass[] classes;

  private GlobSet(
      boolean outside,
      boolean ignoringCase,
      List<Integer> lows,
      List<Integer> highs,
      List<CharacterClass> classes) {
    this.outside = outside;
    this.ignoringCase = ignoringCase;
    this.lows = lows.stream().mapToInt(Integer::intValue).toArray();
    this.highs = highs.stream().mapToInt(Integer::intValue).toArray();
    this.classes = classes.toArray(CharacterClass[]::new);
  }

  /** The classes of the POSIX locale: ASCII characters only. */
  private enum CharacterClass {
    ALNUM,
    ALPHA,
    BLANK,
    CNTRL,
    DIGIT,
    GRAPH,
    LOWER,
    PRINT,
    PUNCT,
    SPACE,
    UPPER,
    XDIGIT;

    boolean contains(int c) {
      boolean lower = c >= 'a' && c <= 'z';
      boolean upper = c >= 'A' && c <= 'Z';
      boolean digit = c >= '0' && c <= '9';
      return switch (this) {
        case ALNUM -> lower || upper || digit;
        case ALPHA -> lower || upper;
        case BLANK -> c == ' ' || c == '\t';
        case CNTRL -> c < ' ' || c == 0x7f;
        case DIGIT -> digit;
        case GRAPH -> c > ' ' && c < 0x7f;
        case LOWER -> lower;
        case PRINT -> c >= ' ' && c < 0x7f;
        case PUNCT -> c > ' ' && c < 0x7f && !lower && !upper && !digit;
        case SPACE -> c == ' ' || (c >= '\t' && c <= '\r');
        case UPPER -> upper;
        case XDIGIT -> digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      };
    }
  }

  /** Where the bracket that opens at a place closes, or -1 when it never does. */
  static int end(int[] pattern, int open) {
    int at = first(pattern, open);
    boolean start = true;
    while (at < pattern.length) {
      if (pattern[at] == ']' && !start) {
        return at;
      }
      start = false;
      int special = specialEnd(pattern, at);
      if (special >= 0) {
        at = special + 1;
      } else {
        at += pattern[at] == '\\' ? 2 : 1;
      }
    }
    return -1;
  }

  /** The set between two brackets. */
  static GlobSet of(int[] pattern, int open, int end, boolean ignoringCase) {
    List<Integer> lows = new ArrayList<>();
    List<Integer> highs = new ArrayList<>();
    List<CharacterClass> classes = new ArrayList<>();
    int first = first(pattern, open);
    int at = first;
    while (at < end) {
      int special = specialEnd(pattern, at);
      if (special >= 0 && pattern[at + 1] == ':') {
        addClass(new String(pattern, at + 2, special - at - 3), classes);
        at = special + 1;
        continue;
      }
      int low = character(pattern, at);
      at = next(pattern, at);
      int high = low;
      if (at + 1 < end && pattern[at] == '-') {
        high = character(pattern, at + 1);
        at = next(pattern, at + 1);
      }
      lows.add(low);
      highs.add(high);
    }
    return new GlobSet(first > open + 1, ignoringCase, lows, highs, classes);
  }

  boolean contains(int codePoint) {
    boolean inside =
        ignoringCase
            ? isListed(Character.toLowerCase(codePoint))
                || isListed(Character.toUpperCase(codePoint))
            : isListed(codePoint);
    return (inside || isOfClass(codePoint)) != outside;
  }

  private boolean isListed(int codePoint) {
    for (int i = 0; i < lows.length; i++) {
      if (codePoint >= lows[i] && codePoint <= highs[i]) {
        return true;
      }
    }
    return false;
  }

  /** Classes are of one case even where case is ignored: that is what glibc does. */
  private boolean isOfClass(int codePoint) {
    for (CharacterClass each : classes) {
      if (each.contains(codePoint)) {
        return true;
      }
    }
    return false;
  }

  /** The first place after the bracket and its {@code !} or {@code ^}. */
  private static int first(int[] pattern, int open) {
    boolean negated =
        open + 1 < pattern.length && (pattern[open + 1] == '!' || pattern[open + 1] == '^');
    return negated ? open + 2 : open + 1;
  }

  /** Where {@code [:name:]}, {@code [=x=]} or {@code [.x.]} ends, or -1 when there is none. */
  private static int specialEnd(int[] pattern, int at) {
    if (pattern[at] != '[' || at + 1 >= pattern.length) {
      return -1;
    }
    int sign = pattern[at + 1];
    if (sign != ':' && sign != '=' && sign != '.') {
      return -1;
    }
    for (int end = at + 3; end + 1 <= pattern.length - 1; end++) {
      if (pattern[end] == sign && pattern[end + 1] == ']') {
        return end + 1;
      }
      if (sign == ':' && !Character.isLetter(pattern[end])) {
        return -1;
      }
    }
    return -1;
  }

  private static int character(int[] pattern, int at) {
    if (specialEnd(pattern, at) >= 0) {
      return pattern[at + 2];
    }
    return pattern[at] == '\\' && at + 1 < pattern.length ? pattern[at + 1] : pattern[at];
  }

  private static int next(int[] pattern, int at) {
    int special = specialEnd(pattern, at);
    if (special >= 0) {
      return special + 1;
    }
    return at + (pattern[at] == '\\' ? 2 : 1);
  }

  // A class that nobody knows holds nothing, as in glibc.
  private static void addClass(String name, List<CharacterClass> classes) {
    for (CharacterClass each : CharacterClass.values()) {
      if (each.name().toLowerCase(java.util.Locale.ROOT).equals(name)) {
        classes.add(each);
      }
    }
  }
}
