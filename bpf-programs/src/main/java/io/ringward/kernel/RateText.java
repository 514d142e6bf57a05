/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import io.ringward.kernel.Operation.Unit;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rates of a throttle as people type them: {@code 10/s}, {@code 30/m}; of bytes {@code 100kB/s},
 * {@code 2MiB/m}; of processors {@code 0.2} or {@code 20%}.
 */
public final class RateText {
  private static final int MOST_OPERATIONS = 1_000_000;
  private static final int MOST_PROCESSORS = 1024;
  private static final Pattern PER_TIME =
      Pattern.compile(
          "(\\d{1,9}(?:\\.\\d{1,3})?)\\s*(B|[kKMG]i?B)?\\s*/\\s*(s|m|h)(?: burst (\\d{1,9}))?");
  private static final Pattern SHARE = Pattern.compile("(\\d{1,4}(?:\\.\\d{1,3})?)(%)?");
  private static final Map<String, Integer> SIZES =
      Map.of(
          "B",
          1,
          "kB",
          1000,
          "KB",
          1000,
          "kiB",
          1 << 10,
          "KiB",
          1 << 10,
          "MB",
          1_000_000,
          "MiB",
          1 << 20,
          "GB",
          1_000_000_000,
          "GiB",
          1 << 30);

  private RateText() {}

  /** What {@link #parse} takes for a unit, for messages: "a rate such as …". */
  public static String expected(Unit unit) {
    return switch (unit) {
      case OPERATIONS -> "a rate such as 10/s, 30/m or 100/h, over 0, at most 1000000/s";
      case BYTES -> "a rate such as 100kB/s, 2MB/s or 1MiB/m, over 0, at most 10GB/s";
      case PROCESSORS -> "a share of processors such as 0.2 or 20%, over 0, at most 1024";
      case NONE -> "no rate, since the subject is held to what it has";
    };
  }

  /** Reads a rate of operations. */
  public static TokenRate parse(String text) {
    return parse(text, Unit.OPERATIONS);
  }

  /**
   * Reads a rate; its burst is one second's worth, at least 1, unless {@code burst N} follows.
   *
   * @throws IllegalArgumentException when the text has another form or is out of bounds
   */
  public static TokenRate parse(String text, Unit unit) {
    return switch (unit) {
      case OPERATIONS, BYTES -> perTime(text, unit);
      case PROCESSORS -> share(text);
      case NONE -> throw wrong(text, unit);
    };
  }

  private static TokenRate perTime(String text, Unit unit) {
    Matcher form = PER_TIME.matcher(text.strip());
    if (!form.matches() || (unit == Unit.OPERATIONS && form.group(2) != null)) {
      throw wrong(text, unit);
    }
    int size = form.group(2) == null ? 1 : SIZES.get(form.group(2));
    double perSecond = Double.parseDouble(form.group(1)) * size / seconds(form.group(3));
    if (!(perSecond > 0) || (unit == Unit.OPERATIONS && perSecond > MOST_OPERATIONS)) {
      throw wrong(text, unit);
    }
    try {
      TokenRate rate = TokenRate.ofASecond(perSecond);
      return form.group(4) == null
          ? rate
          : new TokenRate(perSecond, Integer.parseInt(form.group(4)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(wrong(text, unit).getMessage(), e);
    }
  }

  private static TokenRate share(String text) {
    Matcher form = SHARE.matcher(text.strip());
    if (form.matches()) {
      double share = Double.parseDouble(form.group(1)) / (form.group(2) == null ? 1 : 100);
      if (share > 0 && share <= MOST_PROCESSORS) {
        return new TokenRate(share, 1);
      }
    }
    throw wrong(text, Unit.PROCESSORS);
  }

  private static IllegalArgumentException wrong(String text, Unit unit) {
    return new IllegalArgumentException("'" + text + "' is not " + expected(unit));
  }

  private static int seconds(String unit) {
    return switch (unit) {
      case "s" -> 1;
      case "m" -> 60;
      default -> 3600;
    };
  }

  /** As {@link #parse} reads it, by the second or, when slower than that, by the minute. */
  public static String of(TokenRate rate, Unit unit) {
    double perSecond = rate.tokensPerSecond();
    return switch (unit) {
      case OPERATIONS -> perSecond >= 1 ? number(perSecond) + "/s" : number(perSecond * 60) + "/m";
      case BYTES -> bytes(perSecond) + "/s";
      case PROCESSORS -> number(perSecond);
      case NONE -> "";
    };
  }

  /** The same for what a verdict covers. */
  public static String of(Verdict verdict) {
    return verdict.rate().map(rate -> of(rate, Unit.of(verdict.operations()))).orElse("");
  }

  private static String bytes(double count) {
    if (count >= 1e9) {
      return number(count / 1e9) + "GB";
    }
    if (count >= 1e6) {
      return number(count / 1e6) + "MB";
    }
    return count >= 1e3 ? number(count / 1e3) + "kB" : number(count) + "B";
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
