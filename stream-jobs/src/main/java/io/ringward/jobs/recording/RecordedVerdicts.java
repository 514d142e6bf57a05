/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The verdict table of a replay. It acts on nothing, and answers what the real one answered; on a
 * verdict that was not given then it answers that it is supposed to be in force. Thread-safe.
 */
public final class RecordedVerdicts implements VerdictTable {
  private final Map<Long, ArrayDeque<Outcome>> outcomes = new HashMap<>();
  private final Map<Long, ArrayDeque<Boolean>> releases = new HashMap<>();
  private final Map<Long, Verdict> inForce = new LinkedHashMap<>();
  private final List<Applied> applied = new ArrayList<>();

  /** A verdict of the replay, and what it was told became of it. */
  public record Applied(Verdict verdict, Outcome outcome) {}

  RecordedVerdicts(Collection<VerdictAnswer> answers) {
    for (VerdictAnswer answer : answers) {
      switch (answer) {
        case VerdictAnswer.Given(long id, Outcome outcome) ->
            outcomes.computeIfAbsent(id, i -> new ArrayDeque<>()).add(outcome);
        case VerdictAnswer.Released(long id, boolean wasInForce) ->
            releases.computeIfAbsent(id, i -> new ArrayDeque<>()).add(wasInForce);
        case VerdictAnswer.InForce(Verdict verdict) -> inForce.put(verdict.id(), verdict);
      }
    }
  }

  @Override
  public synchronized Outcome apply(Verdict verdict) {
    ArrayDeque<Outcome> recorded = outcomes.get(verdict.id());
    Outcome outcome =
        recorded == null || recorded.isEmpty() ? new Outcome.Supposed() : recorded.poll();
    if (outcome instanceof Outcome.Applied || outcome instanceof Outcome.Supposed) {
      inForce.put(verdict.id(), verdict);
    }
    applied.add(new Applied(verdict, outcome));
    return outcome;
  }

  @Override
  public synchronized boolean release(long verdictId) {
    ArrayDeque<Boolean> recorded = releases.get(verdictId);
    boolean known = inForce.remove(verdictId) != null;
    return recorded == null || recorded.isEmpty() ? known : recorded.poll();
  }

  @Override
  public synchronized List<InForce> inForce() {
    return inForce.values().stream().map(verdict -> new InForce(verdict, 0)).toList();
  }

  /** All verdicts of the replay so far, in their order. */
  public synchronized List<Applied> all() {
    return List.copyOf(applied);
  }

  /** Nobody listens. */
  @Override
  public void beat() {}

  @Override
  public void close() {}
}
