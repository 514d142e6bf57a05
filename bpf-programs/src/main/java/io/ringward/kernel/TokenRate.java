/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * A throttle's rate: so many operations a second in the long run, so many at once.
 *
 * @param tokensPerSecond the long-run rate, over 0 and at most a million
 * @param burst how many may come at once, 1 to a million
 */
public record TokenRate(double tokensPerSecond, int burst) {
  private static final int MOST = 1_000_000;

  public TokenRate {
    if (!(tokensPerSecond > 0 && tokensPerSecond <= MOST)) {
      throw new IllegalArgumentException(
          "a rate is over 0 and at most " + MOST + " a second, not " + tokensPerSecond);
    }
    if (burst < 1 || burst > MOST) {
      throw new IllegalArgumentException("a burst is 1 to " + MOST + ", not " + burst);
    }
  }

  /** Nanoseconds that one token takes to come back. */
  public long intervalNanos() {
    return Math.max(1, Math.round(1e9 / tokensPerSecond));
  }

  /** How far the theoretical arrival time may run ahead of now (GCRA's tau). */
  public long burstNanos() {
    return (burst - 1) * intervalNanos();
  }
}
