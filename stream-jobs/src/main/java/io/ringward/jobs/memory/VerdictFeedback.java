/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.memory;

import io.ringward.kernel.VerdictTable.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way from the verdict sink back to the decision: what became of a verdict. Where both run in
 * one chain the answer is there when the verdict has been handed over; elsewhere it comes later,
 * and the incident says what was decided.
 *
 * <p>Thread-safe and bounded: an answer that nobody takes is pushed out by later ones.
 */
public final class VerdictFeedback {
  private static final int MOST = 1024;

  private final Map<Long, Outcome> outcomes = new LinkedHashMap<>();
  private final AtomicLong changes = new AtomicLong();

  /** The sink has given a verdict to the table. */
  public void applied(long verdictId, Outcome outcome) {
    changes.incrementAndGet();
    synchronized (outcomes) {
      outcomes.put(verdictId, outcome);
      if (outcomes.size() > MOST) {
        outcomes.remove(outcomes.keySet().iterator().next());
      }
    }
  }

  /** The sink has ended a verdict. */
  public void released() {
    changes.incrementAndGet();
  }

  /** Takes the answer on a verdict, if it is there. */
  public Optional<Outcome> take(long verdictId) {
    synchronized (outcomes) {
      return Optional.ofNullable(outcomes.remove(verdictId));
    }
  }

  /** Takes all answers that have come late. */
  public Map<Long, Outcome> takeAll() {
    synchronized (outcomes) {
      if (outcomes.isEmpty()) {
        return Map.of();
      }
      Map<Long, Outcome> all = Map.copyOf(outcomes);
      outcomes.clear();
      return all;
    }
  }

  /** How often the verdicts in force have changed: a checkpoint older than that lacks something. */
  public long changes() {
    return changes.get();
  }
}
