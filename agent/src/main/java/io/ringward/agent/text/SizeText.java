/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes as people type them: {@code 65536}, {@code 512KiB}, {@code 4MiB}, {@code 4M}. */
public final class SizeText {
  /** What {@link #parse} takes, for messages. */
  public static final String EXPECTED = "a size in bytes such as 65536, 512KiB or 4MiB";

  private static final Pattern FORM = Pattern.compile("(\\d{1,12}) ?(B|KiB|MiB|GiB|K|M|G)?");

  private SizeText() {}

  /**
   * Reads a number with an optional binary unit.
   *
   * @throws IllegalArgumentException when the text has another form; says what is expected
   */
  public static long parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not " + EXPECTED);
    }
    String unit = form.group(2) == null ? "B" : form.group(2);
    int shift =
        switch (unit) {
          case "K", "KiB" -> 10;
          case "M", "MiB" -> 20;
          case "G", "GiB" -> 30;
          default -> 0;
        };
    return Math.multiplyExact(Long.parseLong(form.group(1)), 1L << shift);
  }

  /** The largest unit that divides it: {@code 4MiB}, {@code 512KiB}, {@code 100B}. */
  public static String of(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB"};
    int unit = 0;
    long amount = bytes;
    while (unit < units.length - 1 && amount != 0 && amount % 1024 == 0) {
      amount /= 1024;
      unit++;
    }
    return amount + units[unit];
  }
}
