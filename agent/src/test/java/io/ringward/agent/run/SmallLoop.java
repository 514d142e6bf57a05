/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.ControlItem;
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A loop in small: takes control items one after the other on a thread of its own, as the job does,
 * and keeps verdicts in a map. What a real kernel and a real job make of them is tested with those.
 */
final class SmallLoop implements EventFeed, VerdictTable {
  final VerdictEffects effects = new VerdictEffects();
  final Standing standing = new Standing(() -> 1_000_000_000_000L, () -> false);
  final List<ControlItem> taken = new ArrayList<>();
  final BlockingQueue<ControlItem> queue;
  private final Map<Long, Verdict> inForce = new LinkedHashMap<>();
  private final Thread thread;
  volatile Outcome next = new Outcome.Applied(1, 2);

  SmallLoop(int capacity, boolean running) {
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.thread = Thread.ofPlatform().daemon().unstarted(this::work);
    if (running) {
      thread.start();
    }
  }

  private void work() {
    try {
      while (true) {
        ControlItem item = queue.take();
        synchronized (this) {
          taken.add(item);
        }
        if (item instanceof ControlItem.AddVerdict(long ignored, Verdict verdict)) {
          effects.onVerdict(verdict.id(), apply(verdict));
        } else if (item instanceof ControlItem.RearmDetector) {
          standing.onStanding(DecisionStanding.CLEAR);
        } else if (item instanceof ControlItem.ReleaseVerdict release
            && release(release.verdictId())) {
          effects.onRelease(release.verdictId(), "released by " + release.operator());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized List<ControlItem> taken() {
    return List.copyOf(taken);
  }

  @Override
  public synchronized Outcome apply(Verdict verdict) {
    if (next instanceof Outcome.Applied) {
      inForce.put(verdict.id(), verdict);
    }
    return next;
  }

  @Override
  public synchronized boolean release(long verdictId) {
    return inForce.remove(verdictId) != null;
  }

  @Override
  public synchronized List<InForce> inForce() {
    return inForce.values().stream().map(verdict -> new InForce(verdict, 7)).toList();
  }

  @Override
  public boolean submit(ControlItem item) {
    return queue.offer(item);
  }

  @Override
  public void beat() {}

  @Override
  public int poll(Handler handler, int limit) {
    throw new UnsupportedOperationException("this loop takes its items itself");
  }

  @Override
  public boolean await(long timeoutNanos) {
    throw new UnsupportedOperationException("this loop takes its items itself");
  }

  @Override
  public void wakeup() {}

  @Override
  public boolean ended() {
    return false;
  }

  @Override
  public long lagBytes() {
    return queue.size();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
