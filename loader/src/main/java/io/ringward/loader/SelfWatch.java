/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Looks once a second, on a thread of its own, whether what is Ringward's is as Ringward left it,
 * and puts back what it can. It finds out and restores; who is root and ends the agent for good is
 * not held up.
 */
final class SelfWatch implements AutoCloseable {
  private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

  private final CgroupHooks hooks;
  private final PersistentPins pins;
  private final KernelVerdictTable verdicts;
  private final Optional<SelfProtection> protection;
  private final TamperLog log;
  private final PeriodicThread thread;

  /** CLOCK_MONOTONIC: a machine that was suspended has not stopped its agent. */
  private long lastNanos = System.nanoTime();

  SelfWatch(
      CgroupHooks hooks,
      PersistentPins pins,
      KernelVerdictTable verdicts,
      Optional<SelfProtection> protection,
      TamperLog log) {
    this.protection = protection;
    this.hooks = hooks;
    this.pins = pins;
    this.verdicts = verdicts;
    this.log = log;
    this.thread = new PeriodicThread("self-watch", PERIOD_NANOS, this::look);
  }

  private void look() {
    long now = System.nanoTime();
    sayIfStopped(now - lastNanos);
    lastNanos = now;
    hooks.check(pins, log);
    verdicts.restoreDeleted();
    protection.ifPresent(each -> each.check(log));
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
    thread.close();
  }
}
