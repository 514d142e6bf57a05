/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import io.ringward.kernel.Event;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.util.Arrays;

/**
 * Notes, for each verdict that came into force, the time from the kernel's stamp on the event that
 * caused it to the moment when the kernel could act on it; both CLOCK_BOOTTIME. Thread-safe.
 */
final class Latencies implements LoopObserver {
  private long[] nanos = new long[1024];
  private int count;
  private String refusal = "";

  @Override
  public synchronized void onVerdict(Verdict verdict, Outcome outcome) {
    if (outcome instanceof Outcome.Applied applied) {
      if (verdict.causeNanos() != 0 && verdict.operations().size() == 1) {
        if (count == nanos.length) {
          nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = applied.appliedNanos() - verdict.causeNanos();
      }
    } else {
      refusal = outcome.toString();
    }
  }

  synchronized void reset() {
    count = 0;
    refusal = "";
  }

  synchronized long[] sorted() {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted;
  }

  /** The last verdict's that did not come into force; empty when all did. */
  synchronized String refusal() {
    return refusal;
  }

  /** A percentile of sorted values in microseconds, by the nearest rank. */
  static double percentileMicros(long[] sorted, double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(0, rank - 1)] / 1e3;
  }

  @Override
  public void onFinding(Finding finding) {}

  @Override
  public void onRelease(long verdictId, String why) {}

  @Override
  public void onEnforcement(Event.Enforcement enforcement) {}

  @Override
  public void onIncident(Incident incident) {}

  @Override
  public void onBeat(long delayNanos) {}

  @Override
  public void onModels(int programs, long oldestNanos) {}
}
