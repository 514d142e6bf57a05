/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/**
 * Reads how a process ended and what it has used where they lie, out of an {@link EventView} of
 * kind {@link EventKind#EXIT}. Nothing is allocated.
 */
public final class ExitView {
  static final long COMM = offset("comm");

  private static final long CODE = offset("exit_code");
  private static final long LIFETIME = offset("lifetime_nanos");
  private static final long CPU = offset("cpu_nanos");
  private static final long READ = offset("read_bytes");
  private static final long WRITTEN = offset("written_bytes");

  private ExitView() {}

  private static long offset(String field) {
    return WireLayouts.offset(WireLayouts.EXIT_EVENT, field);
  }

  /** As wait(2) has it: {@code status << 8 | signal}. */
  public static int exitCode(EventView view) {
    return view.segment().get(JAVA_INT_UNALIGNED, view.base() + CODE);
  }

  /** Nanoseconds from the process's start to its end. */
  public static long lifetimeNanos(EventView view) {
    return get(view, LIFETIME);
  }

  /** Nanoseconds of CPU that its threads have used together. */
  public static long cpuNanos(EventView view) {
    return get(view, CPU);
  }

  /** Bytes that storage gave it; negative where the kernel does not account for it. */
  public static long readBytes(EventView view) {
    return get(view, READ);
  }

  /** Bytes that it had storage take; negative where the kernel does not account for it. */
  public static long writtenBytes(EventView view) {
    return get(view, WRITTEN);
  }

  private static long get(EventView view, long offset) {
    return view.segment().get(JAVA_LONG_UNALIGNED, view.base() + offset);
  }

  static Event.Exit toEvent(EventView view, Event.Header header) {
    return new Event.Exit(
        header,
        exitCode(view),
        lifetimeNanos(view),
        cpuNanos(view),
        readBytes(view),
        writtenBytes(view),
        view.comm());
  }
}
