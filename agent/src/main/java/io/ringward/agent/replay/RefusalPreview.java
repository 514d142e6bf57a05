/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.replay;

import io.ringward.jobs.recording.RecordedVerdicts.Applied;
import io.ringward.jobs.recording.Recording;
import io.ringward.kernel.ActView;
import io.ringward.kernel.Action;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.FileView;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Goes through a recording once more, with the verdicts of its replay, and counts the operations
 * that those would have refused. It is an estimate from above and below: who is refused something
 * does other things afterwards, and of who descends from whom only that is known which events tell.
 *
 * <p>A throttle is counted as the kernel does it: a bucket of tokens that fills at the verdict's
 * rate; what finds it empty is refused.
 */
final class RefusalPreview {
  private static final int MOST_PARENTS = 1 << 18;
  private static final int MOST_GENERATIONS = 64;
  private static final int PASS = 4096;
  private static final double NANOS = 1e9;

  private final ArrayDeque<Verdict> coming = new ArrayDeque<>();
  private final List<InForce> inForce = new ArrayList<>();
  private final Map<Long, Long> refusals = new HashMap<>();
  private final Map<ProcessKey, ProcessKey> parents =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ProcessKey, ProcessKey> eldest) {
          return size() > MOST_PARENTS;
        }
      };
  private long refusedLive;

  private static final class InForce {
    final Verdict verdict;
    double tokens;
    long filledNanos;

    InForce(Verdict verdict) {
      this.verdict = verdict;
      this.tokens = verdict.rate().map(TokenRate::burst).orElse(0);
      this.filledNanos = verdict.issuedNanos();
    }

    /** Whether an operation now finds a token. */
    boolean take(long nowNanos) {
      TokenRate rate = verdict.rate().orElseThrow();
      tokens =
          Math.min(
              rate.burst(), tokens + rate.tokensPerSecond() * (nowNanos - filledNanos) / NANOS);
      filledNanos = nowNanos;
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    }
  }

  private RefusalPreview(List<Applied> verdicts) {
    verdicts.stream()
        .filter(one ->
            one.outcome() instanceof Outcome.Applied || one.outcome() instanceof Outcome.Supposed)
        .map(Applied::verdict)
        .filter(verdict -> verdict.action().compareTo(Action.THROTTLE) >= 0)
        .sorted(Comparator.comparingLong(Verdict::issuedNanos))
        .forEach(coming::add);
  }

  /**
   * Counts.
   *
   * @param recording freshly opened
   * @param verdicts of the replay
   */
  static RefusalPreview of(Recording recording, List<Applied> verdicts) {
    RefusalPreview preview = new RefusalPreview(verdicts);
    while (!recording.feed().ended()) {
      recording.feed().poll(preview::see, PASS);
    }
    return preview;
  }

  /** How many operations a verdict would have refused. */
  long refusedBy(long verdictId) {
    return refusals.getOrDefault(verdictId, 0L);
  }

  /** Operations that were refused while it was recorded. */
  long refusedLive() {
    return refusedLive;
  }

  private void see(FeedItem item) {
    if (!(item instanceof EventView event)) {
      return;
    }
    long now = event.timeNanos();
    while (!coming.isEmpty() && coming.peek().issuedNanos() <= now) {
      inForce.add(new InForce(coming.poll()));
    }
    ProcessKey process = event.process();
    parents.put(process, event.parent());
    if (event.kind() == EventKind.FORK) {
      parents.put(new ProcessKey(event.childStartBoottimeNanos(), event.childTgid()), process);
    }
    switch (event.kind()) {
      case EXEC -> count(Operation.EXEC, event, process, now);
      case FORK -> count(Operation.FORK, event, process, now);
      case CONNECT -> countSocket(Operation.CONNECT, event, process, now);
      case BIND -> countSocket(Operation.BIND, event, process, now);
      case FILE -> onFile(event, process, now);
      case ACT ->
          ActView.act(event)
              .operation()
              .ifPresent(operation -> count(operation, event, process, now));
      case EXIT, ENFORCEMENT -> {
        // Nothing that could be refused.
      }
    }
  }

  private void onFile(EventView event, ProcessKey process, long now) {
    if (Decision.ofWire(FileView.decision(event)) != Decision.ALLOWED) {
      refusedLive++;
    }
    switch (FileView.operation(event)) {
      case OPEN -> count(Operation.OPEN, event, process, now);
      case UNLINK -> count(Operation.UNLINK, event, process, now);
      case RENAME -> count(Operation.RENAME, event, process, now);
      case MOUNT, UMOUNT, PIVOT_ROOT -> count(Operation.MOUNT, event, process, now);
      case LINK, SYMLINK, CHMOD, CHOWN, SETXATTR -> {
        // Nothing that could be refused.
      }
    }
  }

  private void countSocket(Operation operation, EventView event, ProcessKey process, long now) {
    if (Decision.ofWire(event.decision()) != Decision.ALLOWED) {
      refusedLive++;
    }
    count(operation, event, process, now);
  }

  private void count(Operation operation, EventView event, ProcessKey process, long now) {
    for (Iterator<InForce> all = inForce.iterator(); all.hasNext(); ) {
      InForce one = all.next();
      if (one.verdict.expiryNanos() <= now) {
        all.remove();
      } else if (covers(one.verdict, event, process) && refuses(one, operation, now)) {
        refusals.merge(one.verdict.id(), 1L, Long::sum);
        return; // Once is enough.
      }
    }
  }

  private boolean covers(Verdict verdict, EventView event, ProcessKey process) {
    return switch (verdict.subject()) {
      case Subject.ControlGroup(long id) -> event.cgroupId() == id;
      case Subject.ProcessTree(ProcessKey root) -> descends(process, root);
    };
  }

  private boolean descends(ProcessKey process, ProcessKey root) {
    ProcessKey at = process;
    for (int i = 0; at != null && i < MOST_GENERATIONS; i++) {
      if (at.equals(root)) {
        return true;
      }
      at = parents.get(at);
    }
    return false;
  }

  private static boolean refuses(InForce one, Operation operation, long now) {
    return switch (one.verdict.action()) {
      case OBSERVE, WATCH -> false;
      case THROTTLE -> one.verdict.operations().contains(operation) && !one.take(now);
      case BLOCK -> one.verdict.operations().contains(operation);
      case FREEZE, KILL -> true; // Who does not run does nothing.
    };
  }
}
