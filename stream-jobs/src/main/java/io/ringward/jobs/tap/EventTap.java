/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import io.ringward.kernel.EventView;
import io.ringward.rules.EventFilter;
import io.ringward.rules.event.EventContext;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * One listener's view of the events: a filter, and a queue between the stage and the listener.
 *
 * <p>The queue is a ring for one producer and one consumer without locks (Lamport, "Proving the
 * correctness of multiprocess programs", 1977): the stage never waits and never wakes anybody, so a
 * listener costs it the filter, and a copy of what passes. When the ring is full, what passes is
 * counted and lost to this listener, and to nobody else.
 */
public final class EventTap implements AutoCloseable {
  /** Events that wait for a listener at most: a power of two. */
  static final int CAPACITY = 2048;

  private static final int MASK = CAPACITY - 1;

  private final EventFilter filter;
  private final Consumer<EventTap> onClose;
  private final AtomicReferenceArray<TappedEvent> ring = new AtomicReferenceArray<>(CAPACITY);
  private final AtomicLong produced = new AtomicLong();
  private final AtomicLong consumed = new AtomicLong();
  private final AtomicLong missed = new AtomicLong();

  EventTap(EventFilter filter, Consumer<EventTap> onClose) {
    this.filter = Objects.requireNonNull(filter);
    this.onClose = onClose;
  }

  /** The stage's side: one thread. */
  void offer(EventContext facts, EventView view) {
    if (!filter.matches(facts)) {
      return;
    }
    long at = produced.getPlain();
    if (at - consumed.getAcquire() == CAPACITY) {
      missed.setRelease(missed.getPlain() + 1);
      return;
    }
    ring.setPlain((int) at & MASK, TappedEvent.of(facts, view));
    produced.setRelease(at + 1);
  }

  /**
   * Takes what waits, oldest first. One thread at a time.
   *
   * @param most takes no more than so many
   * @return how many were taken, 0 when none waits
   */
  public int drain(Consumer<TappedEvent> consumer, int most) {
    long from = consumed.getPlain();
    long until = Math.min(produced.getAcquire(), from + most);
    for (long at = from; at < until; at++) {
      int slot = (int) at & MASK;
      TappedEvent event = ring.getPlain(slot);
      ring.setPlain(slot, null);
      consumed.setRelease(at + 1);
      consumer.accept(event);
    }
    return (int) (until - from);
  }

  /** How many passed the filter and found no room, since the tap was opened. */
  public long missed() {
    return missed.getAcquire();
  }

  /** Looks no longer. Idempotent. */
  @Override
  public void close() {
    onClose.accept(this);
  }
}
