/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.testing;

import io.ringward.kernel.Event;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** Remembers what the loop says, in its order, and lets a test wait for it. */
public final class RecordingObserver implements LoopObserver {
  private static final long PATIENCE_MILLIS = 60_000;

  /** One call of the loop. */
  public sealed interface Said {
    record Found(Finding finding) implements Said {}

    record Judged(Verdict verdict, VerdictTable.Outcome outcome) implements Said {}

    record Ended(long verdictId, String why) implements Said {}

    record Hit(Event.Enforcement enforcement) implements Said {}

    record Told(Incident incident) implements Said {}

    record Beat(long delayNanos) implements Said {}

    record Models(int programs, long oldestNanos) implements Said {}
  }

  private final CountDownLatch stalled = new CountDownLatch(1);
  private final AtomicReference<CountDownLatch> stall = new AtomicReference<>();
  private final List<Said> said = new ArrayList<>();

  private synchronized void add(Said item) {
    said.add(item);
    notifyAll();
  }

  @Override
  public void onFinding(Finding finding) {
    add(new Said.Found(finding));
  }

  @Override
  public void onVerdict(Verdict verdict, VerdictTable.Outcome outcome) {
    add(new Said.Judged(verdict, outcome));
  }

  @Override
  public void onRelease(long verdictId, String why) {
    add(new Said.Ended(verdictId, why));
  }

  @Override
  public void onEnforcement(Event.Enforcement enforcement) {
    add(new Said.Hit(enforcement));
  }

  @Override
  public void onIncident(Incident incident) {
    add(new Said.Told(incident));
  }

  @Override
  public void onBeat(long delayNanos) {
    add(new Said.Beat(delayNanos));
  }

  /**
   * The next {@link #onModels} stands still until the latch is released.
   *
   * @return the latch
   */
  public CountDownLatch stallModels() {
    CountDownLatch latch = new CountDownLatch(1);
    stall.set(latch);
    return latch;
  }

  /** Waits until a call stands still. */
  public void awaitStalled() throws InterruptedException {
    stalled.await();
  }

  @Override
  public void onModels(int programs, long oldestNanos) {
    CountDownLatch latch = stall.getAndSet(null);
    if (latch != null) {
      stalled.countDown();
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    add(new Said.Models(programs, oldestNanos));
  }

  /** All of one kind so far. */
  public synchronized <T extends Said> List<T> all(Class<T> kind) {
    return said.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** All so far, in order. */
  public synchronized List<Said> all() {
    return List.copyOf(said);
  }

  /** Waits until something of a kind has been said that fits; gives the first. */
  public synchronized <T extends Said> T await(Class<T> kind, Predicate<T> fits)
      throws InterruptedException {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (true) {
      for (Said item : said) {
        if (kind.isInstance(item) && fits.test(kind.cast(item))) {
          return kind.cast(item);
        }
      }
      long left = deadline - System.currentTimeMillis();
      if (left <= 0) {
        throw new AssertionError("no " + kind.getSimpleName() + " as expected among " + said);
      }
      wait(left);
    }
  }

  /** Waits for so many of a kind. */
  public synchronized <T extends Said> List<T> await(Class<T> kind, int count)
      throws InterruptedException {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (all(kind).size() < count) {
      long left = deadline - System.currentTimeMillis();
      if (left <= 0) {
        throw new AssertionError(
            all(kind).size() + " of " + count + " " + kind.getSimpleName() + " among " + said);
      }
      wait(left);
    }
    return all(kind);
  }

  /** Forgets all. */
  public synchronized void clear() {
    said.clear();
  }
}
