/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobPatternTest {
  private static final int FNM_CASEFOLD = 1 << 4;

  private static boolean matches(String pattern, String text) {
    return GlobPattern.parse(pattern, false).orElseThrow().matches(text);
  }

  @ParameterizedTest
  @CsvSource({
    "/tmp/*,            /tmp/a/b/.c,   true",
    "/tmp/*,            /tmp/,         true",
    "/tmp/*,            /tmpfoo,       false",
    "*,                 '',            true",
    "'',                '',            true",
    "'',                a,             false",
    "a?c,               abc,           true",
    "a?c,               ac,            false",
    "a?c,               aäc,           true",
    "a?c,               a𝄞c,           true",
    "a*b*c,             axxbyyc,       true",
    "a*b*c,             axxbyy,        false",
    "[a-c]x,            bx,            true",
    "[!a-c]x,           bx,            false",
    "[^a-c]x,           dx,            true",
    "[]a]x,             ]x,            true",
    "[a-]x,             -x,            true",
    "[[:digit:]]x,      7x,            true",
    "[[:digit:]]x,      ax,            false",
    "[[:nosuch:]]x,     ax,            false",
    "\\*x,              *x,            true",
    "\\*x,              ax,            false",
    "[\\]]x,            ]x,            true",
    "[ab,               [ab,           true",
    "*.so.[0-9]*,       libc.so.6,     true"
  })
  void meansWhatAShellMeans(String pattern, String text, boolean expected) {
    assertEquals(expected, matches(pattern, text), pattern + " on " + text);
  }

  @Test
  void caseIsIgnoredWhereAsked() {
    GlobPattern pattern = GlobPattern.parse("/Tmp/[A-C]*.SH", true).orElseThrow();
    assertTrue(pattern.matches("/tmp/bx.sh"));
    assertTrue(pattern.matches("/TMP/B.Sh"));
    assertFalse(pattern.matches("/tmp/x.sh"));
    assertFalse(matches("/Tmp/*", "/tmp/x"));
  }

  @Test
  void whatCannotBeMeantIsRefused() {
    assertEquals(Optional.empty(), GlobPattern.parse("a\\", false));
    String longest = "a".repeat(GlobPattern.MOST_CHARACTERS);
    assertTrue(GlobPattern.parse(longest, false).isPresent());
    assertEquals(Optional.empty(), GlobPattern.parse(longest + "a", false));
  }

  /** What makes a matcher that backtracks over every star take longer than anybody lives. */
  @Test
  void manyStarsCostNoMoreThanTheProductOfBothLengths() {
    String pattern = "*a".repeat(200) + "b";
    assertFalse(matches(pattern, "a".repeat(4096)));
    assertTrue(matches(pattern, "a".repeat(4096) + "b"));
  }

  /** Whatever stands in a pattern, it can be matched: an exception here would end the loop. */
  @Test
  void noPatternBreaksTheMatcher() {
    String letters = "[]!^-\\:=.*?abA𝄞\u0000";
    int[] choice = letters.codePoints().toArray();
    Random random = new Random(7);
    for (int round = 0; round < 200_000; round++) {
      String pattern = text(random, choice, 12);
      String text = text(random, choice, 8);
      Optional<GlobPattern> glob = GlobPattern.parse(pattern, random.nextBoolean());
      assertTrue(glob.isPresent() || pattern.endsWith("\\"), pattern);
      glob.ifPresent(each -> each.matches(text));
    }
  }

  private static String text(Random random, int[] letters, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most); i > 0; i--) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  /** The C library's own fnmatch is the contract: random patterns must agree with it. */
  @Test
  void agreesWithTheCLibrary() throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle fnmatch =
        linker.downcallHandle(
            linker.defaultLookup().find("fnmatch").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    String[] parts = {
      "*",
      "?",
      "a",
      "b",
      "B",
      "/",
      ".",
      "[ab]",
      "[!ab]",
      "[^B]",
      "[a-b]",
      "[]a]",
      "[",
      "]",
      "-",
      "\\*",
      "\\a",
      "[[:upper:]]",
      "[[:alpha:]/]",
      "**",
      "[a-]",
      "[\\]b]"
    };
    String letters = "abAB/.*]-[\\";
    Random random = new Random(42);
    int matched = 0;
    for (int round = 0; round < 60_000; round++) {
      StringBuilder pattern = new StringBuilder();
      for (int i = random.nextInt(5); i >= 0; i--) {
        pattern.append(parts[random.nextInt(parts.length)]);
      }
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(6); i > 0; i--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      boolean fold = random.nextBoolean();
      boolean ours =
          GlobPattern.parse(pattern.toString(), fold).orElseThrow().matches(text.toString());
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment p = arena.allocateFrom(pattern.toString());
        MemorySegment t = arena.allocateFrom(text.toString());
        boolean theirs = (int) fnmatch.invokeExact(p, t, fold ? FNM_CASEFOLD : 0) == 0;
        assertEquals(theirs, ours, pattern + " on " + text + (fold ? ", either case" : ""));
        matched += theirs ? 1 : 0;
      }
    }
    assertTrue(matched > 2_000, matched + " matched");
  }
}
