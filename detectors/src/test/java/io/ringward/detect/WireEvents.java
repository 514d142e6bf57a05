/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.ringward.kernel.Decision;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Hook;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/** Writes events as the kernel does, into one buffer that each event overwrites, as in the ring. */
public final class WireEvents {
  private final MemorySegment buffer = MemorySegment.ofArray(new byte[1024]);
  private final EventView view = new EventView();

  public EventView fork(long timeNanos, ProcessKey process, ProcessKey parent, ProcessKey child) {
    begin(WireLayouts.FORK_EVENT, EventKind.FORK, Hook.FORK, timeNanos, process, parent);
    key(WireLayouts.offset(WireLayouts.FORK_EVENT, "child"), child);
    return end(WireLayouts.FORK_EVENT);
  }

  public EventView exec(long timeNanos, ProcessKey process, ProcessKey parent, FileIdentity file) {
    StructLayout layout = WireLayouts.EXEC_EVENT;
    begin(layout, EventKind.EXEC, Hook.EXEC, timeNanos, process, parent);
    buffer.set(JAVA_LONG_UNALIGNED, WireLayouts.offset(layout, "inode"), file.inode());
    buffer.set(JAVA_INT_UNALIGNED, WireLayouts.offset(layout, "device"), file.device());
    return end(layout);
  }

  public EventView exit(long timeNanos, ProcessKey process, ProcessKey parent, int exitCode) {
    StructLayout layout = WireLayouts.EXIT_EVENT;
    begin(layout, EventKind.EXIT, Hook.EXIT, timeNanos, process, parent);
    buffer.set(JAVA_INT_UNALIGNED, WireLayouts.offset(layout, "exit_code"), exitCode);
    buffer.set(
        JAVA_LONG_UNALIGNED,
        WireLayouts.offset(layout, "lifetime_nanos"),
        timeNanos - process.startBoottimeNanos());
    return end(layout);
  }

  public EventView connect(
      long timeNanos,
      ProcessKey process,
      ProcessKey parent,
      int ipv4,
      int port,
      Decision decision) {
    return socket(
        EventKind.CONNECT, Hook.CONNECT4, timeNanos, process, parent, ipv4, port, decision);
  }

  public EventView bind(long timeNanos, ProcessKey process, ProcessKey parent, int port) {
    return socket(
        EventKind.BIND, Hook.BIND4, timeNanos, process, parent, 0, port, Decision.ALLOWED);
  }

  @SuppressWarnings("EnumOrdinal") // The wire value is the ordinal.
  private EventView socket(
      EventKind kind,
      Hook hook,
      long timeNanos,
      ProcessKey process,
      ProcessKey parent,
      int ipv4,
      int port,
      Decision decision) {
    StructLayout layout = WireLayouts.SOCKET_EVENT;
    begin(layout, kind, hook, timeNanos, process, parent);
    buffer.set(JAVA_SHORT_UNALIGNED, WireLayouts.offset(layout, "family"), (short) 2);
    buffer.set(JAVA_SHORT_UNALIGNED, WireLayouts.offset(layout, "port"), (short) port);
    buffer.set(JAVA_BYTE, WireLayouts.offset(layout, "decision"), (byte) decision.ordinal());
    long address = WireLayouts.offset(layout, "address");
    buffer.set(JAVA_INT_UNALIGNED, address, Integer.reverseBytes(ipv4));
    return end(layout);
  }

  @SuppressWarnings("EnumOrdinal") // The wire value is the ordinal.
  private void begin(
      StructLayout layout,
      EventKind kind,
      Hook hook,
      long timeNanos,
      ProcessKey process,
      ProcessKey parent) {
    buffer.fill((byte) 0);
    StructLayout header = WireLayouts.EVENT_HEADER;
    buffer.set(JAVA_SHORT_UNALIGNED, WireLayouts.offset(header, "kind"), (short) kind.wire());
    buffer.set(JAVA_SHORT_UNALIGNED, WireLayouts.offset(header, "hook"), (short) hook.ordinal());
    buffer.set(JAVA_INT_UNALIGNED, WireLayouts.offset(header, "size"), (int) layout.byteSize());
    buffer.set(JAVA_LONG_UNALIGNED, WireLayouts.offset(header, "kernel_time_nanos"), timeNanos);
    key(WireLayouts.offset(header, "process"), process);
    key(WireLayouts.offset(header, "parent"), parent);
  }

  private void key(long offset, ProcessKey key) {
    buffer.set(JAVA_LONG_UNALIGNED, offset, key.startBoottimeNanos());
    buffer.set(JAVA_INT_UNALIGNED, offset + 8, key.tgid());
  }

  private EventView end(StructLayout layout) {
    return view.wrap(buffer, 0, layout.byteSize());
  }
}
