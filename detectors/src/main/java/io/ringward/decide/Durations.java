/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

/** Durations in words: {@code 45 s}, {@code 5 min}, {@code 1 h 30 min}. */
final class Durations {
  private Durations() {}

  static String text(long nanos) {
    long seconds = Math.max(1, (nanos + 500_000_000L) / 1_000_000_000L);
    if (seconds < 120) {
      return seconds == 60 ? "1 min" : seconds + " s";
    }
    long minutes = (seconds + 30) / 60;
    if (minutes < 60) {
      return minutes + " min";
    }
    return minutes % 60 == 0 ? minutes / 60 + " h" : minutes / 60 + " h " + minutes % 60 + " min";
  }
}
