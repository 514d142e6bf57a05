/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second, on a thread of its own, whether what is Ringward's is as Ringward left it,
 * and puts back what it can. It finds out and restores; who is root and ends the agent for good is
 * not held up.
 */
final class SelfWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SelfWatch.class);
  private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

  private final CgroupHooks hooks;
  private final PersistentPins pins;
  private final KernelVerdictTable verdicts;
  private final TamperLog log;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  SelfWatch(CgroupHooks hooks, PersistentPins pins, KernelVerdictTable verdicts, TamperLog log) {
    this.hooks = hooks;
    this.pins = pins;
    this.verdicts = verdicts;
    this.log = log;
    this.thread = Thread.ofPlatform().daemon().name("self-watch").start(this::work);
  }

  private void work() {
    // CLOCK_MONOTONIC: a machine that was suspended has not stopped its agent.
    long last = System.nanoTime();
    try {
      while (!closing.await(PERIOD_NANOS, TimeUnit.NANOSECONDS)) {
        long now = System.nanoTime();
        sayIfStopped(now - last);
        last = now;
        try {
          hooks.check(pins, log);
          verdicts.restoreDeleted();
        } catch (RuntimeException e) {
          LOG.warn("what is ours in the kernel could not be looked at: {}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sayIfStopped(long elapsedNanos) {
    long missedNanos = elapsedNanos - PERIOD_NANOS;
    if (missedNanos > HostKernel.HEARTBEAT_LIMIT_NANOS) {
      log.add(
          Tampering.Kind.AGENT_STOPPED,
          "the agent did not run for "
              + TimeUnit.NANOSECONDS.toSeconds(missedNanos)
              + " s (stopped by a signal or a debugger, or starved of CPU): nothing was enforced"
              + " meanwhile, and now it is again",
          true);
    }
  }

  /** Stops, and waits for a look under way. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
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
