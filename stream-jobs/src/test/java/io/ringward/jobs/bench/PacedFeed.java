/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.bench;

import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.EventView;
import io.ringward.kernel.ProcessKey;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Events at a rate, from a thread of its own that plays the kernel: every millisecond it puts the
 * events of that millisecond in line, stamped at that moment, and wakes the reader. Now and then
 * the last of them is one that the rules block, of a process not seen before.
 */
final class PacedFeed implements EventFeed {
  private static final long STEP_NANOS = 1_000_000L;
  private static final int TICK_STEPS = 250;

  private final EventMix mix = new EventMix();
  private final EventView view = new EventView();

  /** How many background events are due, and what else is in line. */
  private final AtomicInteger background = new AtomicInteger();

  private final ConcurrentLinkedQueue<Object> others = new ConcurrentLinkedQueue<>();
  private final Thread kernel;
  private volatile Thread waiting;
  private volatile boolean stopped;
  private volatile int probeSteps = Integer.MAX_VALUE;

  PacedFeed(int perSecond) {
    kernel = Thread.ofPlatform().daemon().name("kernel").unstarted(() -> run(perSecond));
    kernel.start();
  }

  /** Puts a probe in line every so many milliseconds from now on. */
  void probeEvery(int millis) {
    probeSteps = millis;
  }

  /** What the producer's thread has used so far: no part of the job. */
  long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(kernel.threadId());
  }

  private void run(int perSecond) {
    long start = System.nanoTime();
    long made = 0;
    for (long step = 1; !stopped; step++) {
      long due = start + step * STEP_NANOS;
      long left;
      while ((left = due - System.nanoTime()) > 0) {
        LockSupport.parkNanos(left);
      }
      long target = step * perSecond / 1000;
      background.addAndGet((int) (target - made));
      made = target;
      if (step % TICK_STEPS == 0) {
        others.add(new ControlItem.Tick(System.nanoTime()));
      }
      if (step % probeSteps == 0) {
        long now = System.nanoTime();
        ProcessKey process = new ProcessKey(now, 50_000 + (int) (step % 100_000));
        others.add(
            WireEvents.connect(
                now, new Actor(process, new ProcessKey(1, 1)), 0xA9FEA9FE, 80, Decision.ALLOWED));
      }
      Thread reader = waiting;
      if (reader != null) {
        LockSupport.unpark(reader);
      }
    }
  }

  @Override
  public int poll(Handler handler, int limit) {
    int handed = 0;
    int due = Math.min(background.get(), limit);
    for (; handed < due; handed++) {
      var event = mix.next(System.nanoTime());
      handler.accept(view.wrap(event, 0, event.byteSize()));
    }
    background.addAndGet(-due);
    Object other;
    while (handed < limit && (other = others.poll()) != null) {
      handed++;
      if (other instanceof byte[] event) {
        handler.accept(view.wrap(MemorySegment.ofArray(event), 0, event.length));
      } else {
        handler.accept((ControlItem) other);
      }
    }
    return handed;
  }

  @Override
  public boolean await(long timeoutNanos) throws InterruptedException {
    long deadline = System.nanoTime() + timeoutNanos;
    waiting = Thread.currentThread();
    try {
      while (background.get() == 0 && others.isEmpty()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(left);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      return true;
    } finally {
      waiting = null;
    }
  }

  @Override
  public void wakeup() {
    Thread reader = waiting;
    if (reader != null) {
      LockSupport.unpark(reader);
    }
  }

  @Override
  public boolean submit(ControlItem item) {
    return others.add(item);
  }

  @Override
  public boolean ended() {
    return false;
  }

  @Override
  public long lagBytes() {
    return 0;
  }

  @Override
  public void close() {
    stopped = true;
  }
}
