/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a task again and again on a thread of its own, with a pause after each. What a run throws
 * goes to the log, and the next comes all the same.
 */
final class PeriodicThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeriodicThread.class);

  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  /**
   * Starts it; the first run comes after the first pause.
   *
   * @param name of the thread, and what the log calls it by
   */
  PeriodicThread(String name, long pauseNanos, Runnable task) {
    this.thread = Thread.ofPlatform().daemon().name(name).start(() -> work(name, pauseNanos, task));
  }

  private void work(String name, long pauseNanos, Runnable task) {
    try {
      while (!closing.await(pauseNanos, TimeUnit.NANOSECONDS)) {
        try {
          task.run();
        } catch (RuntimeException e) {
          LOG.warn("{} has failed, and goes on: {}", name, e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops, and waits for a run under way. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // What the task uses is closed next: it must have ended.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
