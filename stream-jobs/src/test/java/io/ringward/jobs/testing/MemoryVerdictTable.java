/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.testing;

import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A verdict table in memory. Time is what the test says it is; a process is gone when the test says
 * so; and what was ever applied is remembered beside what is in force.
 */
public final class MemoryVerdictTable implements VerdictTable {
  private final Map<Long, Verdict> inForce = new LinkedHashMap<>();
  private final List<Verdict> applied = new ArrayList<>();
  private final ArrayDeque<RuntimeException> failures = new ArrayDeque<>();
  private final CountDownLatch stalled = new CountDownLatch(1);
  private CountDownLatch stall;
  private RuntimeException constantFailure;
  private final Set<ProcessKey> gone = ConcurrentHashMap.newKeySet();
  private final Set<ProcessKey> sheltered = ConcurrentHashMap.newKeySet();
  private final AtomicLong now = new AtomicLong();
  private final AtomicLong beats = new AtomicLong();

  /** Sets the time by which verdicts expire. */
  public void now(long nanos) {
    now.set(nanos);
  }

  /** From now on the process is not there. */
  public void die(ProcessKey process) {
    gone.add(process);
  }

  /** From now on the process is protected. */
  public void protect(ProcessKey process) {
    sheltered.add(process);
  }

  /** One of the next calls of {@link #apply} throws. */
  public synchronized void failNextApply(RuntimeException failure) {
    failures.add(failure);
  }

  /** Every call of {@link #apply} throws from now on. */
  public synchronized void failAllApplies(RuntimeException failure) {
    constantFailure = failure;
  }

  /**
   * The next {@link #apply} stands still until the latch is released.
   *
   * @return the latch
   */
  public synchronized CountDownLatch stall() {
    stall = new CountDownLatch(1);
    return stall;
  }

  /** Waits until a call stands still. */
  public void awaitStalled() throws InterruptedException {
    stalled.await();
  }

  @Override
  public Outcome apply(Verdict verdict) {
    CountDownLatch latch;
    synchronized (this) {
      latch = stall;
      stall = null;
    }
    if (latch != null) {
      stalled.countDown();
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return put(verdict);
  }

  private synchronized Outcome put(Verdict verdict) {
    if (constantFailure != null) {
      throw constantFailure;
    }
    if (!failures.isEmpty()) {
      throw failures.poll();
    }
    if (verdict.subject() instanceof Subject.ProcessTree tree) {
      if (gone.contains(tree.root())) {
        return new Outcome.SubjectGone();
      }
      if (sheltered.contains(tree.root())) {
        return new Outcome.SubjectProtected("the test protects it");
      }
    }
    applied.add(verdict);
    inForce.put(verdict.id(), verdict);
    notifyAll();
    return new Outcome.Applied(now.get(), 1);
  }

  @Override
  public synchronized boolean release(long verdictId) {
    boolean was = inForce.remove(verdictId) != null;
    notifyAll();
    return was;
  }

  @Override
  public synchronized List<InForce> inForce() {
    inForce.values().removeIf(verdict -> verdict.expiryNanos() <= now.get());
    return inForce.values().stream().map(verdict -> new InForce(verdict, 0)).toList();
  }

  /** All verdicts ever applied, in order. */
  public synchronized List<Verdict> applied() {
    return List.copyOf(applied);
  }

  @Override
  public void beat() {
    beats.incrementAndGet();
  }

  /** How often the heart has beaten. */
  public long beats() {
    return beats.get();
  }

  @Override
  public synchronized void close() {
    inForce.clear();
  }
}
