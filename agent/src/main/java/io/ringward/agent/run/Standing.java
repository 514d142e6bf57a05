/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.control.DecisionReport;
import io.ringward.kernel.DecisionStanding;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** The latest standing of the decision, for operators. Thread-safe. */
final class Standing {
  private final LongSupplier boottimeNanos;
  private final BooleanSupplier degraded;
  private volatile DecisionStanding latest = DecisionStanding.CLEAR;

  Standing(LongSupplier boottimeNanos, BooleanSupplier degraded) {
    this.boottimeNanos = boottimeNanos;
    this.degraded = degraded;
  }

  synchronized void onStanding(DecisionStanding standing) {
    latest = standing;
    notifyAll();
  }

  /** Waits until a rule or model of this name is not stopped; false when time was up. */
  synchronized boolean awaitArmed(String detector, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (isStopped(detector)) {
        long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          return false;
        }
        wait(leftMillis);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether a rule or model of this name is stopped. */
  boolean isStopped(String detector) {
    return latest.stopped().stream().anyMatch(one -> one.detector().equals(detector));
  }

  DecisionReport report() {
    DecisionStanding now = latest;
    long nanos = boottimeNanos.getAsLong();
    return new DecisionReport(
        degraded.getAsBoolean(),
        now.stopped().stream()
            .map(one ->
                new DecisionReport.Stopped(
                    one.source().label(),
                    one.detector(),
                    one.state().label(),
                    one.hits(),
                    Math.max(0, nanos - one.sinceNanos()),
                    one.untilNanos() == 0 ? 0 : Math.max(1, one.untilNanos() - nanos)))
            .toList(),
        now.leanings().stream()
            .map(one ->
                new DecisionReport.Leaning(
                    one.detector(),
                    one.program(),
                    one.leaning(),
                    one.falsePositives(),
                    one.confirmed(),
                    Math.max(0, nanos - one.changedNanos())))
            .toList(),
        now.disarmed(),
        now.dismantled(),
        now.eased());
  }
}
