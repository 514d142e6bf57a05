/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The time since the machine was started, sleep included: the clock of {@code
 * bpf_ktime_get_boot_ns} and of a task's {@code start_boottime}. Thread-safe; allocates once for
 * each thread.
 */
public final class BootClock {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  // struct timespec: seconds, nanoseconds
  private static final ThreadLocal<MemorySegment> TIMESPEC =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(2 * JAVA_LONG.byteSize(), 8));

  private BootClock() {}

  /** CLOCK_BOOTTIME in nanoseconds (clock_gettime(2)). */
  public static long nanos() {
    MemorySegment timespec = TIMESPEC.get();
    int result = LibcNative.clockGetTime(LibcNative.CLOCK_BOOTTIME, timespec);
    if (result != 0) {
      throw new IllegalStateException("this kernel has no CLOCK_BOOTTIME");
    }
    return timespec.get(JAVA_LONG, 0) * NANOS_PER_SECOND
        + timespec.get(JAVA_LONG, JAVA_LONG.byteSize());
  }
}
