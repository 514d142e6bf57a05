/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.text;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people type and read them: {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}. */
public final class DurationText {
  /** What {@link #parse} takes, for messages. */
  public static final String EXPECTED = "a duration such as 250ms, 30s, 5m, 2h or 1d";

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  private DurationText() {}

  /**
   * Reads one number with its unit.
   *
   * @throws IllegalArgumentException when the text has another form; says what is expected
   */
  public static Duration parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not " + EXPECTED);
    }
    long amount = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /** The two largest units: {@code 4m12s}, {@code 2h5m}, {@code 340ms}, {@code 12us}. */
  public static String of(Duration duration) {
    if (duration.isNegative()) {
      return "-" + of(duration.negated());
    }
    if (duration.toSeconds() == 0) {
      long nanos = duration.toNanos();
      if (nanos >= 1_000_000) {
        return nanos / 1_000_000 + "ms";
      }
      return nanos >= 1_000 ? nanos / 1_000 + "us" : nanos + "ns";
    }
    if (duration.toMinutes() == 0) {
      return duration.toSeconds() + "s";
    }
    if (duration.toHours() == 0) {
      return pair(duration.toMinutes(), "m", duration.toSecondsPart(), "s");
    }
    if (duration.toDays() == 0) {
      return pair(duration.toHours(), "h", duration.toMinutesPart(), "m");
    }
    return pair(duration.toDays(), "d", duration.toHoursPart(), "h");
  }

  private static String pair(long major, String majorUnit, int minor, String minorUnit) {
    return minor == 0 ? major + majorUnit : major + majorUnit + minor + minorUnit;
  }
}
