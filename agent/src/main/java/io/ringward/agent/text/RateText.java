/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.text;

import io.ringward.kernel.TokenRate;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rates of a throttle as people type them: {@code 10/s}, {@code 30/m}, {@code 2.5/s}. */
public final class RateText {
  /** What {@link #parse} takes, for messages. */
  public static final String EXPECTED = "a rate such as 10/s, 30/m or 2.5/s";

  private static final Pattern FORM =
      Pattern.compile("(\\d{1,7}(?:\\.\\d{1,3})?)/(s|m|h)(?: burst (\\d{1,7}))?");

  private RateText() {}

  /**
   * Reads a rate; its burst is one second's worth, at least 1, unless {@code burst N} follows.
   *
   * @throws IllegalArgumentException when the text has another form or is out of bounds
   */
  public static TokenRate parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not " + EXPECTED);
    }
    double amount = Double.parseDouble(form.group(1));
    double perSecond =
        switch (form.group(2)) {
          case "s" -> amount;
          case "m" -> amount / 60;
          default -> amount / 3600;
        };
    int burst =
        form.group(3) == null
            ? (int) Math.max(1, Math.ceil(perSecond))
            : Integer.parseInt(form.group(3));
    return new TokenRate(perSecond, burst);
  }

  /** As {@link #parse} reads it, by the second or, when slower than that, by the minute. */
  public static String of(TokenRate rate) {
    double perSecond = rate.tokensPerSecond();
    return perSecond >= 1 ? number(perSecond) + "/s" : number(perSecond * 60) + "/m";
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
