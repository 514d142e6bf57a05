/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sleeps until one of some rings has records, by a level-triggered epoll on the maps' descriptors
 * and an eventfd to be woken by. One thread waits at a time; any may wake it.
 */
final class RingWaiter {
  private static final int SPINS = 100;
  private static final int YIELDS = 50;
  private static final long PARK_NANOS = 50_000;

  /** Records that end a sleep sooner than this after it began come densely. */
  private static final long DENSE_NANOS = 100_000;

  /** With the timer's own slack (50 us, prctl(2)) about twice as long. */
  private static final long NAP_NANOS = 50_000;

  private static final long WAKE_EVENT = -1;
  private static final VarHandle WORD = JAVA_INT.varHandle();
  // struct epoll_event is packed on x86-64 alone (linux/eventpoll.h, EPOLL_PACKED).
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
  private static final long EVENT_BYTES = PACKED ? 12 : 16;
  private static final long EVENT_DATA = PACKED ? 4 : 8;

  private final List<RingMemory> rings;
  private final int epollFd;
  private final int eventFd;
  private final MemorySegment state;
  private final MemorySegment events;
  private final MemorySegment eventCount;
  private final MemorySegment one;
  private final MemorySegment sleepsWord;
  private volatile boolean wakeRequested;

  /**
   * Whether records come so densely that being woken for each costs their producers, and this
   * thread, more than looking again by itself (as network drivers do, NAPI).
   */
  private boolean dense;

  private boolean closed;

  /**
   * Makes a waiter.
   *
   * @param arena gives memory that must outlive every call; the caller closes it after {@link
   *     #close()}
   * @param sleepsWord an int that is 1 while this sleeps or is about to, for producers that wake
   *     nobody who is awake
   */
  RingWaiter(Arena arena, List<RingMemory> rings, int[] mapFds, MemorySegment sleepsWord) {
    this.sleepsWord = sleepsWord;
    this.rings = List.copyOf(rings);
    this.state = CallState.allocate(arena);
    this.events = arena.allocate(EVENT_BYTES * (mapFds.length + 1), 8);
    this.eventCount = arena.allocate(JAVA_LONG);
    this.one = arena.allocateFrom(JAVA_LONG, 1L);
    this.epollFd = check("Create an epoll", LibcNative.epollCreate(state));
    int wake = LibcNative.eventFd(state);
    if (wake < 0) {
      LibcNative.close(epollFd);
    }
    this.eventFd = check("Create an eventfd", wake);
    try {
      add(eventFd, WAKE_EVENT);
      for (int i = 0; i < mapFds.length; i++) {
        add(mapFds[i], i);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void add(int fd, long tag) {
    events.set(JAVA_INT, 0, LibcNative.EPOLLIN);
    events.set(JAVA_LONG_UNALIGNED, EVENT_DATA, tag);
    int _ = check("Watch a ring buffer", LibcNative.epollAdd(state, epollFd, fd, events));
  }

  private int check(String operation, int result) {
    if (result < 0) {
      throw BpfException.of(operation, CallState.errno(state));
    }
    return result;
  }

  /**
   * Waits until a ring is ready, somebody wakes it, or the time is over.
   *
   * @return whether a ring is ready
   */
  boolean await(long timeoutNanos) {
    long start = System.nanoTime();
    int stalled = 0;
    while (true) {
      // A store-release of the consumer position followed by a load-acquire is no StoreLoad
      // barrier: without the fence, the producer could see the old position (and send no wakeup)
      // while this thread sees the old header (and sleeps).
      VarHandle.fullFence();
      RingMemory.State found = state();
      if (found == RingMemory.State.READY) {
        return true;
      }
      if (wakeRequested) {
        // The eventfd may become readable only now; the next sleep then empties it and goes on.
        wakeRequested = false;
        return false;
      }
      long left = timeoutNanos - (System.nanoTime() - start);
      if (left <= 0) {
        return false;
      }
      if (found == RingMemory.State.BUSY) {
        // epoll would return at once: its test is producer != consumer.
        if (stalled == 0) {
          rings.forEach(RingMemory::countIfBusy);
        }
        pause(stalled++);
      } else if (dense) {
        stalled = 0;
        LockSupport.parkNanos(Math.min(NAP_NANOS, left));
        dense = state() == RingMemory.State.READY;
      } else {
        stalled = 0;
        long began = System.nanoTime();
        sleep(left);
        dense = System.nanoTime() - began < DENSE_NANOS && state() == RingMemory.State.READY;
      }
    }
  }

  /** READY if one ring is; else BUSY if one ring is, for that one will be ready soon. */
  private RingMemory.State state() {
    boolean busy = false;
    for (int i = 0; i < rings.size(); i++) {
      switch (rings.get(i).state()) {
        case READY -> {
          return RingMemory.State.READY;
        }
        case BUSY -> busy = true;
        case EMPTY -> {}
      }
    }
    return busy ? RingMemory.State.BUSY : RingMemory.State.EMPTY;
  }

  @SuppressWarnings("ThreadPriorityCheck") // only a pause: nothing depends on what yield() does
  private static void pause(int stalled) {
    if (stalled < SPINS) {
      Thread.onSpinWait();
    } else if (stalled < SPINS + YIELDS) {
      Thread.yield();
    } else {
      LockSupport.parkNanos(PARK_NANOS);
    }
  }

  private void sleep(long nanos) {
    WORD.setVolatile(sleepsWord, 0L, 1);
    // What a producer had reserved when it found us awake is seen here, busy at the least; who
    // reserves later finds the word.
    VarHandle.fullFence();
    if (state() == RingMemory.State.EMPTY) {
      epoll(nanos);
    }
    WORD.setVolatile(sleepsWord, 0L, 0);
  }

  private void epoll(long nanos) {
    // Rounded up to epoll's milliseconds: rounded down, the last one would be spun away.
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos - 1) + 1;
    int timeoutMillis = (int) Math.min(millis, Integer.MAX_VALUE);
    int capacity = rings.size() + 1;
    int ready = LibcNative.epollWait(state, epollFd, events, capacity, timeoutMillis);
    if (ready < 0 && CallState.errno(state) != Errno.EINTR) {
      throw BpfException.of("Wait for ring buffers", CallState.errno(state));
    }
    for (int i = 0; i < ready; i++) {
      if (events.get(JAVA_LONG_UNALIGNED, i * EVENT_BYTES + EVENT_DATA) == WAKE_EVENT) {
        drainEventFd();
      }
    }
  }

  private void drainEventFd() {
    long _ = LibcNative.read(state, eventFd, eventCount, Long.BYTES);
  }

  /** Ends the wait in flight, or else the next one, from any thread. */
  synchronized void wakeup() {
    if (closed) {
      return;
    }
    wakeRequested = true;
    try (Arena call = Arena.ofConfined()) {
      long _ = LibcNative.write(CallState.allocate(call), eventFd, one, Long.BYTES);
    }
  }

  /** Closes the descriptors; no thread may be waiting. Later calls do nothing. */
  synchronized void close() {
    if (!closed) {
      closed = true;
      LibcNative.close(eventFd);
      LibcNative.close(epollFd);
    }
  }
}
