/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.testing;

import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.EventView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A feed whose items a test writes: events as bytes of the wire and control items, in one line.
 * Items are handed over as a ring does it, by one reused view over memory that is written over
 * afterwards, so that whoever keeps a view sees rubbish.
 */
public final class ScriptedFeed implements EventFeed {
  private static final byte RUBBISH = (byte) 0xAA;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Object> line = new ArrayDeque<>();
  private final EventView view = new EventView();
  private boolean woken;
  private boolean finished;
  private boolean closed;
  private long consumed;

  /** Puts an event in line. */
  public void event(byte[] bytes) {
    put(bytes);
  }

  /** Lets the feed end when the line is empty. */
  public void finish() {
    lock.lock();
    try {
      finished = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean submit(ControlItem item) {
    put(item);
    return true;
  }

  private void put(Object item) {
    lock.lock();
    try {
      line.add(item);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int poll(Handler handler, int limit) {
    int handed = 0;
    while (handed < limit) {
      Object item = take();
      if (item == null) {
        break;
      }
      handed++;
      if (item instanceof byte[] bytes) {
        handler.accept(view.wrap(MemorySegment.ofArray(bytes), 0, bytes.length));
        MemorySegment.ofArray(bytes).fill(RUBBISH);
      } else {
        handler.accept((ControlItem) item);
      }
    }
    return handed;
  }

  private Object take() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the feed is closed");
      }
      Object item = line.poll();
      if (item != null) {
        consumed++;
        changed.signalAll();
      }
      return item;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean await(long timeoutNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = timeoutNanos;
      while (line.isEmpty() && !woken && !finished && left > 0) {
        left = changed.awaitNanos(left);
      }
      boolean something = !line.isEmpty() || woken || finished;
      woken = false;
      return something;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything in line has been taken by the job. */
  public void awaitTaken() throws InterruptedException {
    lock.lock();
    try {
      while (!line.isEmpty()) {
        if (!changed.await(60, TimeUnit.SECONDS)) {
          throw new AssertionError(line.size() + " items were not taken within a minute");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many items have been taken so far. */
  public long consumed() {
    lock.lock();
    try {
      return consumed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void wakeup() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean ended() {
    lock.lock();
    try {
      return finished && line.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long lagBytes() {
    lock.lock();
    try {
      long bytes = 0;
      for (Object item : line) {
        bytes += item instanceof byte[] event ? event.length : 0;
      }
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
