/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * A throttle's rate: so many tokens a second in the long run, so many at once. A token is one
 * operation, or what {@link Operation#unit} says.
 *
 * @param tokensPerSecond the long-run rate, over 0 and at most ten thousand million
 * @param burst how many may come at once, 1 to a thousand million
 */
public record TokenRate(double tokensPerSecond, int burst) {
  private static final long MOST_PER_SECOND = 10_000_000_000L;
  private static final int MOST_AT_ONCE = 1_000_000_000;

  /** Bytes come by the thousand million: an interval stands for so many ({@code send.bpf.c}). */
  private static final int BYTES_PER_INTERVAL = 1024;

  /** The largest packet, 512 KiB (BIG TCP), times this is no more than the kernel's 64 bits. */
  private static final long MOST_BYTES_INTERVAL = 1L << 44;

  public TokenRate {
    if (!(tokensPerSecond > 0 && tokensPerSecond <= MOST_PER_SECOND)) {
      throw new IllegalArgumentException(
          "a rate is over 0 and at most " + MOST_PER_SECOND + " a second, not " + tokensPerSecond);
    }
    if (burst < 1 || burst > MOST_AT_ONCE) {
      throw new IllegalArgumentException("a burst is 1 to " + MOST_AT_ONCE + ", not " + burst);
    }
  }

  /** So many a second, of which one second's worth may come at once, and never less than one. */
  public static TokenRate ofASecond(double tokensPerSecond) {
    return new TokenRate(
        tokensPerSecond, (int) Math.min(MOST_AT_ONCE, Math.max(1, Math.ceil(tokensPerSecond))));
  }

  /** The rate of a throttle for which nobody has named one. */
  public static TokenRate unlessNamed(Operation.Unit unit) {
    return switch (unit) {
      case OPERATIONS -> ofASecond(10);
      case BYTES -> ofASecond(100_000);
      case PROCESSORS -> ofASecond(0.2);
      case NONE -> ofASecond(1); // It is not looked at.
    };
  }

  /**
   * The rate whose interval and burst these are, but for what rounding has taken.
   *
   * @param bytes whether its tokens are bytes, as {@link #bytesIntervalNanos} counts them
   */
  public static TokenRate ofIntervals(boolean bytes, long intervalNanos, long burstNanos) {
    double perSecond = (bytes ? BYTES_PER_INTERVAL : 1) * 1e9 / intervalNanos;
    double burst = bytes ? burstNanos * perSecond / 1e9 : burstNanos / (double) intervalNanos + 1;
    return new TokenRate(
        Math.min(MOST_PER_SECOND, perSecond),
        (int) Math.clamp(Math.round(burst), 1, (long) MOST_AT_ONCE));
  }

  /** Nanoseconds that one token takes to come back. */
  public long intervalNanos() {
    return nanosOf(1);
  }

  /** How far the theoretical arrival time may run ahead of now (GCRA's tau). */
  public long burstNanos() {
    return saturatedProduct(burst - 1L, intervalNanos());
  }

  /**
   * The same for tokens that are bytes: nanoseconds that 1024 of them take to come back; of less
   * than one in 17 seconds, as of one in 17.
   */
  public long bytesIntervalNanos() {
    return Math.min(MOST_BYTES_INTERVAL, nanosOf(BYTES_PER_INTERVAL));
  }

  /** And how far they may run ahead. */
  public long bytesBurstNanos() {
    return Math.round(Math.min(Long.MAX_VALUE / 4.0, burst / tokensPerSecond * 1e9));
  }

  private long nanosOf(int tokens) {
    return Math.max(1, Math.round(Math.min(Long.MAX_VALUE / 4.0, 1e9 * tokens / tokensPerSecond)));
  }

  private static long saturatedProduct(long one, long other) {
    return one != 0 && other > Long.MAX_VALUE / 4 / one ? Long.MAX_VALUE / 4 : one * other;
  }
}
