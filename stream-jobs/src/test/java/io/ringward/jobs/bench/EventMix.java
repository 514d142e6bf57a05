/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.Decision;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What a busy host does, over and over: of {@value #CYCLE} events one parent forks a child, the
 * child runs a program, opens connections, binds, and exits. Every child is a new process, every
 * event has its own time; so each is written before it is handed over, as a kernel would.
 */
final class EventMix {
  static final int CYCLE = 10;

  private static final int PARENTS = 64;
  private static final int CONNECTS = 6;
  private static final long SECOND = 1_000_000_000L;
  private static final long TIME =
      WireLayouts.offset(WireLayouts.EVENT_HEADER, "kernel_time_nanos");
  private static final long START =
      WireLayouts.offset(WireLayouts.EVENT_HEADER, "process", "start_boottime_nanos");
  private static final long TGID = WireLayouts.offset(WireLayouts.EVENT_HEADER, "process", "tgid");
  private static final long CHILD_START =
      WireLayouts.offset(WireLayouts.FORK_EVENT, "child", "start_boottime_nanos");
  private static final long CHILD_TGID =
      WireLayouts.offset(WireLayouts.FORK_EVENT, "child", "tgid");

  private final MemorySegment[] events = new MemorySegment[PARENTS * CYCLE];
  private int next;
  private int child = 100_000;
  private long childStart;

  EventMix() {
    List<byte[]> encoded = new ArrayList<>();
    for (int i = 0; i < PARENTS; i++) {
      ProcessKey parent = new ProcessKey(SECOND + i, 1_000 + i);
      Actor child = new Actor(new ProcessKey(1, 1), parent);
      FileIdentity file = new FileIdentity(8 << 20 | 1, 5_000 + i % 16);
      encoded.add(WireEvents.fork(0, new Actor(parent, new ProcessKey(1, 1)), child.process()));
      encoded.add(
          WireEvents.exec(
              0,
              child,
              file,
              0,
              "/usr/bin/program" + i % 16,
              List.of("program" + i % 16, "--option", "value", "/srv/data/file" + i)));
      for (int k = 0; k < CONNECTS; k++) {
        encoded.add(WireEvents.connect(0, child, 0x0A000000 + i * 16 + k, 443, Decision.ALLOWED));
      }
      encoded.add(WireEvents.bind(0, child, 0x7f000001, 8080));
      encoded.add(WireEvents.exit(0, child, 0));
    }
    for (int i = 0; i < events.length; i++) {
      events[i] = MemorySegment.ofArray(encoded.get(i));
    }
  }

  /** The next event, written; valid until it comes round again. */
  MemorySegment next(long timeNanos) {
    MemorySegment event = events[next];
    event.set(JAVA_LONG_UNALIGNED, TIME, timeNanos);
    if (next % CYCLE == 0) {
      child++;
      childStart = timeNanos;
      event.set(JAVA_LONG_UNALIGNED, CHILD_START, childStart);
      event.set(JAVA_INT_UNALIGNED, CHILD_TGID, child);
    } else {
      event.set(JAVA_LONG_UNALIGNED, START, childStart);
      event.set(JAVA_INT_UNALIGNED, TGID, child);
    }
    next = next + 1 == events.length ? 0 : next + 1;
    return event;
  }
}
