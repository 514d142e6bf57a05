/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and when delivery is tried again: exponential back-off with jitter, so that many hosts
 * do not knock at a receiver that comes back all at once. Immutable.
 *
 * @param attempts in all, 1 or more
 * @param first the pause after the first failure; each further one is twice as long
 * @param longest no pause is longer
 */
public record RetryPolicy(int attempts, Duration first, Duration longest) {
  /** 8 attempts within about two minutes. */
  public static final RetryPolicy STANDARD =
      new RetryPolicy(8, Duration.ofSeconds(1), Duration.ofSeconds(60));

  public RetryPolicy {
    if (attempts < 1 || first.isNegative() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("at least one attempt, and pauses that grow");
    }
  }

  /** The same with so many attempts. */
  public RetryPolicy withAttempts(int attempts) {
    return new RetryPolicy(attempts, first, longest);
  }

  /** The pause after so many failures: between half of what the back-off says and all of it. */
  long pauseNanos(int failures, RandomGenerator random) {
    long pause = first.toNanos();
    for (int i = 1; i < failures && pause < longest.toNanos(); i++) {
      pause *= 2;
    }
    pause = Math.min(pause, longest.toNanos());
    return pause / 2 + (long) (random.nextDouble() * pause / 2);
  }
}
