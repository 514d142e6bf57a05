/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;

/**
 * The way back: verdicts in the kernel's maps. Thread-safe. A missing entry means allow; an entry
 * ends by its expiry, by {@link #release}, when its last process is gone, when the heartbeat stops
 * or when the table is closed, whichever is first.
 */
public interface VerdictTable extends AutoCloseable {
  /** How an {@link #apply} ended. */
  sealed interface Outcome {
    /**
     * It is in force (or, when shadow, is counted).
     *
     * @param appliedNanos when the kernel could first act on it
     * @param processes how many live processes carry it; 0 for a cgroup
     */
    record Applied(long appliedNanos, int processes) implements Outcome {}

    /** The subject does not live any more: nothing was written. */
    record SubjectGone() implements Outcome {}

    /** The subject is protected: nothing was written. */
    record SubjectProtected(String why) implements Outcome {}

    /** The kernel could not take it; the subject is allowed. Says what to do. */
    record Refused(String why) implements Outcome {}

    /**
     * Nothing was done, since there is no kernel: a replay of a recording, which does not know what
     * would have become of it. Counts as in force.
     */
    record Supposed() implements Outcome {}
  }

  /**
   * A verdict in force.
   *
   * @param hits operations refused so far (in shadow: that would have been)
   */
  record InForce(Verdict verdict, long hits) {}

  /**
   * Puts a verdict in force: on the subject, on its live descendants until none is new, and on
   * later children by inheritance in the kernel. The subject comes first: the kernel acts on it
   * before the rest is looked for. For {@link Action#KILL} also sends the signals.
   */
  Outcome apply(Verdict verdict);

  /**
   * Ends a verdict.
   *
   * @return false when no such verdict is in force
   */
  boolean release(long verdictId);

  /**
   * All in force now, oldest first. The table itself gives up what has ended, soon after; nobody
   * need ask for that.
   */
  List<InForce> inForce();

  /**
   * Verdicts that have ended since the last call, with their last count of hits; of very many only
   * the latest. A table that keeps no such account has none.
   */
  default List<InForce> takeEnded() {
    return List.of();
  }

  /** Tells the kernel that the decision loop is alive; called when a tick has passed through it. */
  void beat();

  /** Ends every verdict. Idempotent. */
  @Override
  void close();
}
