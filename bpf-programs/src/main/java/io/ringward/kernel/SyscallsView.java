/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads a batch of system calls where it lies, out of an {@link EventView} of kind {@link
 * EventKind#SYSCALLS}. Nothing is allocated unless a method says so.
 */
public final class SyscallsView {
  static final long COMM = offset("comm");
  static final long TAIL = WireLayouts.SYSCALLS_EVENT.byteSize();

  private static final long VERDICT = offset("verdict_id");
  private static final long SEQUENCE = offset("first_sequence");
  private static final long FIRST_TIME = offset("first_nanos");
  private static final long COUNT = offset("count");
  private static final long ERRORS = offset("errors");
  private static final long CALL_BYTES = WireLayouts.SYSCALL.byteSize();
  private static final long CALL_ERROR = WireLayouts.offset(WireLayouts.SYSCALL, "error");

  private SyscallsView() {}

  /** Id of the watch. */
  public static long verdictId(EventView view) {
    return view.segment().get(JAVA_LONG_UNALIGNED, view.base() + VERDICT);
  }

  /** How many calls this thread made, watched, before the first of these. */
  public static long firstSequence(EventView view) {
    return view.segment().get(JAVA_LONG_UNALIGNED, view.base() + SEQUENCE);
  }

  /** When the first call returned. */
  public static long firstNanos(EventView view) {
    return view.segment().get(JAVA_LONG_UNALIGNED, view.base() + FIRST_TIME);
  }

  /** How many calls the batch holds. */
  public static int count(EventView view) {
    return unsigned(view, COUNT);
  }

  /** How many of them failed. */
  public static int errors(EventView view) {
    return unsigned(view, ERRORS);
  }

  /** Number of a call in the kernel's table, or {@link SystemCall#UNKNOWN}. */
  public static int number(EventView view, int index) {
    return unsigned(view, call(view, index)) & ~SystemCall.COMPAT;
  }

  /** Whether a call's number is of the table of 32-bit programs. */
  public static boolean isCompat(EventView view, int index) {
    return (unsigned(view, call(view, index)) & SystemCall.COMPAT) != 0;
  }

  /** What a call failed with, 0 when it succeeded. */
  public static int errno(EventView view, int index) {
    return unsigned(view, call(view, index) + CALL_ERROR);
  }

  /** All of the batch, in order. Allocates. */
  public static List<SystemCall> calls(EventView view) {
    int count = count(view);
    List<SystemCall> calls = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      calls.add(new SystemCall(number(view, i), errno(view, i), isCompat(view, i)));
    }
    return calls;
  }

  /** Where the last call ends, from the event's beginning. */
  static long end(EventView view) {
    return TAIL + count(view) * CALL_BYTES;
  }

  static Event.Syscalls toEvent(EventView view, Event.Header header) {
    return new Event.Syscalls(
        header,
        verdictId(view),
        firstSequence(view),
        firstNanos(view),
        errors(view),
        view.comm(),
        calls(view));
  }

  private static long call(EventView view, int index) {
    return TAIL + Objects.checkIndex(index, count(view)) * CALL_BYTES;
  }

  private static int unsigned(EventView view, long offset) {
    return Short.toUnsignedInt(view.segment().get(JAVA_SHORT_UNALIGNED, view.base() + offset));
  }

  private static long offset(String field) {
    return WireLayouts.offset(WireLayouts.SYSCALLS_EVENT, field);
  }
}
