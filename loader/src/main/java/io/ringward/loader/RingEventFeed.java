/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.RecordHandler;
import io.ringward.bpf.RingBufferReader;
import io.ringward.bpf.RingBufferSet;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.EventView;
import io.ringward.kernel.Hook;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The feed of a live kernel: its rings merged by kernel time, with control items and ticks between.
 *
 * <p>Order: within a ring, the order of the ring; between the rings, by kernel time. So what one
 * process does comes in the order in which it did it: an exec before the connections of its
 * program, those before its exit. For that, an activity or watch record is only handed over when it
 * is older than the moment before the lifecycle ring was looked at, and while that ring stands at a
 * record which its producer has not finished, nothing overtakes it. Events of different CPUs may
 * differ from the order of their times by what the kernel needs between reserving and stamping.
 * Control items come before the records that wait.
 *
 * <p>One thread polls and awaits; the other methods are for any. No allocation for an event.
 */
public final class RingEventFeed implements EventFeed {
  /** Between two ticks, and so between two heartbeats. */
  public static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final int MOST_CONTROL_ITEMS = 4096;
  private static final long TIME =
      WireLayouts.offset(WireLayouts.EVENT_HEADER, "kernel_time_nanos");
  private static final long NEVER = Long.MAX_VALUE;
  private static final long UNFINISHED = Long.MIN_VALUE;

  private final RingBufferReader lifecycle;
  private final RingBufferReader activity;
  private final RingBufferReader watch;
  private final RingBufferSet rings;
  private final ConcurrentLinkedQueue<ControlItem> bootstrap;
  private final ArrayBlockingQueue<ControlItem> control =
      new ArrayBlockingQueue<>(MOST_CONTROL_ITEMS);
  private final AtomicLongArray delivered = new AtomicLongArray(Hook.values().length);
  private final EventView view = new EventView();
  private final RecordHandler toHandler = this::handOver;
  private Handler handler = item -> {};
  private long nextTickNanos;

  /**
   * @param readerSleeps {@code reader_sleeps} of {@code wakeup.h}
   */
  RingEventFeed(
      RingBufferReader lifecycle,
      RingBufferReader activity,
      RingBufferReader watch,
      MemorySegment readerSleeps,
      Collection<? extends ControlItem> bootstrap) {
    this.lifecycle = lifecycle;
    this.activity = activity;
    this.watch = watch;
    this.rings = RingBufferSet.of(readerSleeps, lifecycle, activity, watch);
    this.bootstrap = new ConcurrentLinkedQueue<>(bootstrap);
  }

  @Override
  public int poll(Handler handler, int limit) {
    requireOpen();
    this.handler = handler;
    int handed = pollControl(handler, limit);
    while (handed < limit) {
      // In this order: whatever a process told before an activity record of its that is older than
      // the horizon was in the lifecycle ring when that was looked at.
      long activityTime = activity.nextKey(TIME, NEVER, NEVER);
      long watchTime = watch.nextKey(TIME, NEVER, NEVER);
      long othersTime = Math.min(activityTime, watchTime);
      long horizon = BootClock.nanos();
      long lifecycleTime = lifecycle.nextKey(TIME, NEVER, UNFINISHED);
      int pass;
      if (lifecycleTime <= othersTime) {
        if (lifecycleTime == NEVER || lifecycleTime == UNFINISHED) {
          break;
        }
        pass = lifecycle.drainUpTo(toHandler, limit - handed, TIME, othersTime);
      } else {
        long until = Math.min(lifecycleTime, horizon);
        pass =
            activityTime <= watchTime
                ? activity.drainUpTo(toHandler, limit - handed, TIME, Math.min(until, watchTime))
                : watch.drainUpTo(toHandler, limit - handed, TIME, Math.min(until, activityTime));
      }
      if (pass == 0) {
        break;
      }
      handed += pass;
    }
    return handed;
  }

  private int pollControl(Handler handler, int limit) {
    int handed = 0;
    ControlItem item;
    while (handed < limit && (item = bootstrap.poll()) != null) {
      handler.accept(item);
      handed++;
    }
    while (handed < limit && (item = control.poll()) != null) {
      handler.accept(item);
      handed++;
    }
    long now = BootClock.nanos();
    if (handed < limit && now >= nextTickNanos) {
      // From now, not from the last one: after a pause there is one tick, not a volley.
      nextTickNanos = now + TICK_NANOS;
      handler.accept(new ControlItem.Tick(now, epochNanos() - now));
      handed++;
    }
    return handed;
  }

  private static long epochNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  private void handOver(MemorySegment data, long offset, int length) {
    view.wrap(data, offset, length);
    int hook = view.hookIndex();
    // One writer: a plain read is enough, and the release makes it visible to the sampler.
    delivered.setRelease(hook, delivered.getPlain(hook) + 1);
    handler.accept(view);
  }

  @Override
  public boolean await(long timeoutNanos) throws InterruptedException {
    requireOpen();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (!control.isEmpty() || !bootstrap.isEmpty()) {
      return true;
    }
    long untilTick = nextTickNanos - BootClock.nanos();
    if (untilTick <= 0) {
      return true;
    }
    boolean ready = rings.await(Math.min(timeoutNanos, untilTick));
    return ready || !control.isEmpty() || BootClock.nanos() >= nextTickNanos;
  }

  @Override
  public void wakeup() {
    rings.wakeup();
  }

  @Override
  public boolean submit(ControlItem item) {
    boolean taken = control.offer(item);
    if (taken) {
      rings.wakeup();
    }
    return taken;
  }

  @Override
  public boolean ended() {
    return false;
  }

  @Override
  public long lagBytes() {
    return rings.isClosed()
        ? 0
        : lifecycle.inFlightBytes() + activity.inFlightBytes() + watch.inFlightBytes();
  }

  /** Events of a hook that were taken out of the rings. */
  long delivered(Hook hook) {
    return delivered.getAcquire(hook.ordinal());
  }

  @Override
  public void close() {
    rings.close();
  }

  private void requireOpen() {
    if (rings.isClosed()) {
      throw new IllegalStateException("the feed is closed");
    }
  }
}
