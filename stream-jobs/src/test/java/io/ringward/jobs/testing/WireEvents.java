/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.testing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.ringward.kernel.Act;
import io.ringward.kernel.Action;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.Hook;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes events byte for byte as the kernel programs do. */
public final class WireEvents {
  private static final short AF_INET = 2;
  private static final byte TCP = 6;
  private static final byte[] DIRECTORY = "/srv/work".getBytes(StandardCharsets.UTF_8);

  private WireEvents() {}

  /** Who acts, in the header of an event. */
  public record Actor(ProcessKey process, ProcessKey parent, int uid, long cgroupId) {
    public Actor(ProcessKey process, ProcessKey parent) {
      this(process, parent, 0, 1);
    }
  }

  public static byte[] exec(
      long time, Actor actor, FileIdentity file, int flags, String path, List<String> arguments) {
    byte[] pathBytes = path.getBytes(StandardCharsets.UTF_8);
    byte[] argumentBytes = String.join("\0", arguments).getBytes(StandardCharsets.UTF_8);
    StructLayout layout = WireLayouts.EXEC_EVENT;
    int fixed = (int) layout.byteSize();
    MemorySegment event =
        event(
            EventKind.EXEC,
            Hook.EXEC,
            time,
            actor,
            fixed + pathBytes.length + argumentBytes.length + DIRECTORY.length);
    putLong(event, layout, "inode", file.inode());
    putInt(event, layout, "device", file.device());
    putInt(event, layout, "flags", flags);
    putInt(event, layout, "argument_count", arguments.size());
    putShort(event, layout, "path_length", pathBytes.length);
    putShort(event, layout, "arguments_length", argumentBytes.length);
    putShort(event, layout, "directory_length", DIRECTORY.length);
    putComm(event, layout, path.substring(path.lastIndexOf('/') + 1));
    MemorySegment.copy(pathBytes, 0, event, JAVA_BYTE, fixed, pathBytes.length);
    MemorySegment.copy(
        argumentBytes, 0, event, JAVA_BYTE, fixed + pathBytes.length, argumentBytes.length);
    MemorySegment.copy(
        DIRECTORY,
        0,
        event,
        JAVA_BYTE,
        (int) event.byteSize() - DIRECTORY.length,
        DIRECTORY.length);
    return event.toArray(JAVA_BYTE);
  }

  /** An act, with the numbers that it has and a text. */
  public static byte[] act(
      long time,
      Actor actor,
      Act act,
      int result,
      ProcessKey target,
      byte[] text,
      long... numbers) {
    StructLayout layout = WireLayouts.ACT_EVENT;
    int fixed = (int) layout.byteSize();
    MemorySegment event = event(EventKind.ACT, act.hook(), time, actor, fixed + text.length);
    putShort(event, layout, "act", act.ordinal());
    putShort(event, layout, "text_length", text.length);
    putInt(event, layout, "result", result);
    putKey(event, WireLayouts.offset(layout, "target"), target);
    long at = WireLayouts.offset(layout, "arguments");
    for (long number : numbers) {
      event.set(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, at, number);
      at += Long.BYTES;
    }
    putComm(event, layout, "actor");
    MemorySegment.copy(text, 0, event, JAVA_BYTE, fixed, text.length);
    return event.toArray(JAVA_BYTE);
  }

  public static byte[] fork(long time, Actor parent, ProcessKey child) {
    StructLayout layout = WireLayouts.FORK_EVENT;
    MemorySegment event = event(EventKind.FORK, Hook.FORK, time, parent, (int) layout.byteSize());
    putKey(event, WireLayouts.offset(layout, "child"), child);
    return event.toArray(JAVA_BYTE);
  }

  public static byte[] exit(long time, Actor actor, int status) {
    StructLayout layout = WireLayouts.EXIT_EVENT;
    MemorySegment event = event(EventKind.EXIT, Hook.EXIT, time, actor, (int) layout.byteSize());
    putInt(event, layout, "exit_code", status);
    putLong(event, layout, "lifetime_nanos", time - actor.process().startBoottimeNanos());
    putLong(event, layout, "cpu_nanos", 2_500_000);
    putLong(event, layout, "read_bytes", 8192);
    putLong(event, layout, "written_bytes", -1);
    return event.toArray(JAVA_BYTE);
  }

  public static byte[] connect(long time, Actor actor, int ipv4, int port, Decision decision) {
    return socket(EventKind.CONNECT, Hook.CONNECT4, time, actor, ipv4, port, decision);
  }

  public static byte[] bind(long time, Actor actor, int ipv4, int port) {
    return socket(EventKind.BIND, Hook.BIND4, time, actor, ipv4, port, Decision.ALLOWED);
  }

  private static byte[] socket(
      EventKind kind, Hook hook, long time, Actor actor, int ipv4, int port, Decision decision) {
    StructLayout layout = WireLayouts.SOCKET_EVENT;
    MemorySegment event = event(kind, hook, time, actor, (int) layout.byteSize());
    putShort(event, layout, "family", AF_INET);
    putShort(event, layout, "port", port);
    event.set(JAVA_BYTE, WireLayouts.offset(layout, "protocol"), TCP);
    event.set(JAVA_BYTE, WireLayouts.offset(layout, "decision"), (byte) decision.ordinal());
    event.set(
        JAVA_INT_UNALIGNED, WireLayouts.offset(layout, "address"), Integer.reverseBytes(ipv4));
    return event.toArray(JAVA_BYTE);
  }

  public static byte[] enforcement(
      long time, Actor actor, long verdictId, long hits, Action action, Operation operation) {
    StructLayout layout = WireLayouts.ENFORCEMENT_EVENT;
    MemorySegment event =
        event(EventKind.ENFORCEMENT, Hook.ENFORCEMENT, time, actor, (int) layout.byteSize());
    putLong(event, layout, "verdict_id", verdictId);
    putLong(event, layout, "hits", hits);
    putInt(event, layout, "action", action.wire());
    putInt(event, layout, "operation", operation.bit());
    putShort(event, layout, "error", 1);
    putInt(event, layout, "hook", Hook.CONNECT4.ordinal());
    return event.toArray(JAVA_BYTE);
  }

  /**
   * A batch of a watched thread.
   *
   * @param calls number and error of each call, one behind the other
   */
  public static byte[] syscalls(
      long time, Actor actor, long verdictId, long firstSequence, int... calls) {
    StructLayout layout = WireLayouts.SYSCALLS_EVENT;
    int fixed = (int) layout.byteSize();
    MemorySegment event =
        event(
            EventKind.SYSCALLS,
            Hook.SYSCALLS,
            time,
            actor,
            fixed + calls.length / 2 * (int) WireLayouts.SYSCALL.byteSize());
    putLong(event, layout, "verdict_id", verdictId);
    putLong(event, layout, "first_sequence", firstSequence);
    putLong(event, layout, "first_nanos", time - 1000);
    putShort(event, layout, "count", calls.length / 2);
    int errors = 0;
    for (int i = 0; i < calls.length; i++) {
      event.set(JAVA_SHORT_UNALIGNED, fixed + (long) i * Short.BYTES, (short) calls[i]);
      errors += i % 2 == 1 && calls[i] != 0 ? 1 : 0;
    }
    putShort(event, layout, "errors", errors);
    return event.toArray(JAVA_BYTE);
  }

  /** An operation on a file; {@code flags} of {@link io.ringward.kernel.FileFlag}. */
  public static byte[] file(
      long time, Actor actor, FileOperation operation, int flags, String path, String target) {
    byte[] texts = (path + target).getBytes(StandardCharsets.UTF_8);
    StructLayout layout = WireLayouts.FILE_EVENT;
    int fixed = (int) layout.byteSize();
    MemorySegment event = event(EventKind.FILE, Hook.FILE_OPEN, time, actor, fixed + texts.length);
    putLong(event, layout, "inode", 4711);
    putInt(event, layout, "device", 254 << 20);
    putInt(event, layout, "flags", flags);
    event.set(JAVA_BYTE, WireLayouts.offset(layout, "operation"), (byte) operation.ordinal());
    putShort(event, layout, "path_length", path.getBytes(StandardCharsets.UTF_8).length);
    putShort(event, layout, "target_length", target.getBytes(StandardCharsets.UTF_8).length);
    putInt(event, layout, "mode", 0640);
    putInt(event, layout, "owner", -1);
    putInt(event, layout, "group", 7);
    putComm(event, layout, "actor");
    MemorySegment.copy(texts, 0, event, JAVA_BYTE, fixed, texts.length);
    return event.toArray(JAVA_BYTE);
  }

  private static MemorySegment event(EventKind kind, Hook hook, long time, Actor actor, int size) {
    MemorySegment event = MemorySegment.ofArray(new byte[size]);
    StructLayout header = WireLayouts.EVENT_HEADER;
    putShort(event, header, "kind", kind.wire());
    putShort(event, header, "hook", hook.ordinal());
    putInt(event, header, "size", size);
    putLong(event, header, "kernel_time_nanos", time);
    putKey(event, WireLayouts.offset(header, "process"), actor.process());
    putKey(event, WireLayouts.offset(header, "parent"), actor.parent());
    putInt(event, header, "tid", actor.process().tgid());
    putInt(event, header, "uid", actor.uid());
    putLong(event, header, "cgroup_id", actor.cgroupId());
    return event;
  }

  private static void putKey(MemorySegment event, long at, ProcessKey key) {
    event.set(JAVA_LONG_UNALIGNED, at, key.startBoottimeNanos());
    event.set(
        JAVA_INT_UNALIGNED, at + WireLayouts.offset(WireLayouts.PROCESS_KEY, "tgid"), key.tgid());
  }

  private static void putComm(MemorySegment event, StructLayout layout, String comm) {
    byte[] bytes = comm.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, WireLayouts.COMM_SIZE - 1);
    MemorySegment.copy(bytes, 0, event, JAVA_BYTE, WireLayouts.offset(layout, "comm"), length);
  }

  private static void putLong(MemorySegment event, StructLayout layout, String field, long value) {
    event.set(JAVA_LONG_UNALIGNED, WireLayouts.offset(layout, field), value);
  }

  private static void putInt(MemorySegment event, StructLayout layout, String field, int value) {
    event.set(JAVA_INT_UNALIGNED, WireLayouts.offset(layout, field), value);
  }

  private static void putShort(MemorySegment event, StructLayout layout, String field, int value) {
    event.set(JAVA_SHORT_UNALIGNED, WireLayouts.offset(layout, field), (short) value);
  }
}
