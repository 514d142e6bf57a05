/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Beats for the decision loop while that is coming up, so that verdicts of before the restart are
 * enforced at once. This is the one beat that does not come from the loop, and it is bounded: it
 * ends with the loop's first own beat, when the start fails, and after {@link #LIMIT} in any case,
 * and never begins again. A loop that never comes up thus enforces nothing for longer than that
 * limit and the kernel's own patience (docs/decisions/0010).
 *
 * <p>Thread-safe.
 */
final class StartGrace implements AutoCloseable {
  /** How long a loop may take to come up before nothing is enforced in its name any more. */
  static final Duration LIMIT = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(StartGrace.class);
  private static final long INTERVAL_MILLIS = 500;

  private final Runnable beat;
  private final Progress loop;
  private final long limitNanos;
  private final Thread thread;

  /**
   * Beats at once, and then until it is over.
   *
   * @param beat tells the kernel that somebody is there
   * @param loop whose first beat ends this
   * @param limit after which it ends in any case
   */
  StartGrace(Runnable beat, Progress loop, Duration limit) {
    this.beat = beat;
    this.loop = loop;
    this.limitNanos = limit.toNanos();
    beat.run();
    this.thread = Thread.ofPlatform().daemon().name("start-grace").start(this::work);
  }

  private void work() {
    long begin = System.nanoTime();
    try {
      while (!loop.awaitFirstBeat(INTERVAL_MILLIS)) {
        if (System.nanoTime() - begin >= limitNanos) {
          LOG.warn("the loop is slow to come up: nothing is enforced until it has");
          return;
        }
        beat.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("the beat of the start has failed: {}", e.getMessage());
    }
  }

  /** Whether it may beat again. */
  boolean isBeating() {
    return thread.isAlive();
  }

  /** Waits until it has ended by itself. */
  void awaitEnd() throws InterruptedException {
    thread.join();
  }

  /** Ends it, and waits for a beat under way. Idempotent. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
