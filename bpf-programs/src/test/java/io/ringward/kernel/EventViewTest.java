/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Reads events where they lie, at odd places too, and refuses what is none. */
final class EventViewTest {
  /** Records in a ring are 8-byte aligned; recordings need not be. */
  private static final long BASE = 3;

  private static final ProcessKey PROCESS = new ProcessKey(1_000_000_007L, 4711);
  private static final ProcessKey PARENT = new ProcessKey(999_999_999L, 4000);

  private final MemorySegment memory = MemorySegment.ofArray(new byte[2048]);

  private static long at(StructLayout layout, String... path) {
    return BASE + WireLayouts.offset(layout, path);
  }

  private void header(EventKind kind, Hook hook, long size) {
    memory.fill((byte) 0x55);
    StructLayout header = WireLayouts.EVENT_HEADER;
    memory.asSlice(BASE, size).fill((byte) 0);
    memory.set(JAVA_SHORT_UNALIGNED, at(header, "kind"), (short) kind.wire());
    memory.set(JAVA_SHORT_UNALIGNED, at(header, "hook"), (short) hook.ordinal());
    memory.set(JAVA_INT_UNALIGNED, at(header, "size"), (int) size);
    memory.set(JAVA_LONG_UNALIGNED, at(header, "kernel_time_nanos"), 77_000_000_000L);
    key(at(header, "process"), PROCESS);
    key(at(header, "parent"), PARENT);
    memory.set(JAVA_INT_UNALIGNED, at(header, "tid"), 4712);
    memory.set(JAVA_INT_UNALIGNED, at(header, "uid"), -2);
    memory.set(JAVA_LONG_UNALIGNED, at(header, "cgroup_id"), 1L << 40);
  }

  private void key(long offset, ProcessKey key) {
    memory.set(JAVA_LONG_UNALIGNED, offset, key.startBoottimeNanos());
    memory.set(
        JAVA_INT_UNALIGNED,
        offset + WireLayouts.offset(WireLayouts.PROCESS_KEY, "tgid"),
        key.tgid());
  }

  private void text(long offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, offset, bytes.length);
  }

  private EventView view(long length) {
    return new EventView().wrap(memory, BASE, length);
  }

  private Event.Header expectedHeader(Hook hook) {
    return new Event.Header(hook, 77_000_000_000L, PROCESS, PARENT, 4712, -2, 1L << 40);
  }

  private long exec(String path, String arguments) {
    return exec(path, arguments, "");
  }

  private long exec(String path, String arguments, String directory) {
    StructLayout exec = WireLayouts.EXEC_EVENT;
    long size = exec.byteSize() + path.length() + arguments.length() + directory.length();
    header(EventKind.EXEC, Hook.EXEC, size);
    memory.set(JAVA_LONG_UNALIGNED, at(exec, "inode"), 42L);
    memory.set(JAVA_INT_UNALIGNED, at(exec, "device"), 8 << 20 | 1);
    memory.set(JAVA_INT_UNALIGNED, at(exec, "flags"), ExecFlag.MEMFD.bit());
    memory.set(JAVA_INT_UNALIGNED, at(exec, "gid"), 5);
    memory.set(JAVA_INT_UNALIGNED, at(exec, "argument_count"), 3);
    memory.set(JAVA_SHORT_UNALIGNED, at(exec, "path_length"), (short) path.length());
    memory.set(JAVA_SHORT_UNALIGNED, at(exec, "arguments_length"), (short) arguments.length());
    text(at(exec, "comm"), "curl");
    memory.set(JAVA_SHORT_UNALIGNED, at(exec, "directory_length"), (short) directory.length());
    text(BASE + exec.byteSize(), path + arguments + directory);
    return size;
  }

  @Test
  void execWithItsTail() {
    EventView view = view(exec("/usr/bin/curl", "curl\0-s\0http://x", "/root"));
    assertEquals(
        new Event.Exec(
            expectedHeader(Hook.EXEC),
            new FileIdentity(8 << 20 | 1, 42),
            ExecFlag.MEMFD.bit(),
            5,
            3,
            "curl",
            "/usr/bin/curl",
            List.of("curl", "-s", "http://x"),
            "/root"),
        view.toEvent());
  }

  @Test
  void argumentsKeepEmptyOnesAndTheLast() {
    assertEquals(List.of(), view(exec("/x", "")).arguments());
    assertEquals(List.of("a"), view(exec("/x", "a")).arguments());
    assertEquals(List.of("a", "", "b"), view(exec("/x", "a\0\0b")).arguments());
    assertEquals(List.of("a", ""), view(exec("/x", "a\0")).arguments());
  }

  @Test
  void forkAndExit() {
    StructLayout fork = WireLayouts.FORK_EVENT;
    header(EventKind.FORK, Hook.FORK, fork.byteSize());
    key(at(fork, "child"), new ProcessKey(2_000_000_000L, 5000));
    text(at(fork, "comm"), "sixteen-bytes-lo");
    assertEquals(
        new Event.Fork(
            expectedHeader(Hook.FORK), new ProcessKey(2_000_000_000L, 5000), "sixteen-bytes-lo"),
        view(fork.byteSize()).toEvent());

    StructLayout exit = WireLayouts.EXIT_EVENT;
    header(EventKind.EXIT, Hook.EXIT, exit.byteSize());
    memory.set(JAVA_INT_UNALIGNED, at(exit, "exit_code"), 3 << 8);
    memory.set(JAVA_LONG_UNALIGNED, at(exit, "lifetime_nanos"), 123_456L);
    memory.set(JAVA_LONG_UNALIGNED, at(exit, "cpu_nanos"), 99L);
    memory.set(JAVA_LONG_UNALIGNED, at(exit, "read_bytes"), 4096L);
    memory.set(JAVA_LONG_UNALIGNED, at(exit, "written_bytes"), -1L);
    text(at(exit, "comm"), "sh");
    assertEquals(
        new Event.Exit(expectedHeader(Hook.EXIT), 3 << 8, 123_456L, 99, 4096, -1, "sh"),
        view(exit.byteSize()).toEvent());
  }

  private EventView socket(EventKind kind, int family, String address, int flags) throws Exception {
    StructLayout socket = WireLayouts.SOCKET_EVENT;
    header(kind, kind == EventKind.BIND ? Hook.BIND6 : Hook.CONNECT6, socket.byteSize());
    memory.set(JAVA_SHORT_UNALIGNED, at(socket, "family"), (short) family);
    memory.set(JAVA_SHORT_UNALIGNED, at(socket, "port"), (short) 65_535);
    memory.set(JAVA_BYTE, at(socket, "protocol"), (byte) 6);
    memory.set(JAVA_BYTE, at(socket, "decision"), (byte) Decision.BLOCKED.ordinal());
    memory.set(JAVA_BYTE, at(socket, "flags"), (byte) flags);
    byte[] bytes = InetAddress.getByName(address).getAddress();
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, at(socket, "address"), bytes.length);
    text(at(socket, "comm"), "java");
    return view(socket.byteSize());
  }

  @Test
  void connectionsOfBothFamilies() throws Exception {
    EventView mapped = socket(EventKind.CONNECT, 2, "192.0.2.1", 1);
    assertEquals(
        new Event.Connect(
            expectedHeader(Hook.CONNECT6),
            new Event.Endpoint(InetAddress.getByName("192.0.2.1"), 65_535, 6, true),
            Decision.BLOCKED,
            "java"),
        mapped.toEvent());
    assertEquals(0xc0000201L << 32, mapped.addressHigh());
    assertEquals(0, mapped.addressLow());

    EventView six = socket(EventKind.BIND, 10, "2001:db8::1", 0);
    assertEquals(
        new Event.Bind(
            expectedHeader(Hook.BIND6),
            new Event.Endpoint(InetAddress.getByName("2001:db8::1"), 65_535, 6, false),
            Decision.BLOCKED,
            "java"),
        six.toEvent());
    assertEquals(0x20010db8L << 32, six.addressHigh());
    assertEquals(1, six.addressLow());
  }

  @Test
  void enforcement() {
    StructLayout hit = WireLayouts.ENFORCEMENT_EVENT;
    header(EventKind.ENFORCEMENT, Hook.ENFORCEMENT, hit.byteSize());
    memory.set(JAVA_LONG_UNALIGNED, at(hit, "verdict_id"), -1L);
    memory.set(JAVA_LONG_UNALIGNED, at(hit, "hits"), 9L);
    memory.set(JAVA_INT_UNALIGNED, at(hit, "action"), Action.THROTTLE.wire());
    memory.set(JAVA_INT_UNALIGNED, at(hit, "operation"), Operation.BIND.bit());
    memory.set(JAVA_SHORT_UNALIGNED, at(hit, "error"), (short) 11);
    memory.set(JAVA_SHORT_UNALIGNED, at(hit, "shadow"), (short) 1);
    memory.set(JAVA_INT_UNALIGNED, at(hit, "hook"), Hook.BIND4.ordinal());
    assertEquals(
        new Event.Enforcement(
            expectedHeader(Hook.ENFORCEMENT),
            -1L,
            9,
            Action.THROTTLE,
            Operation.BIND,
            11,
            true,
            Hook.BIND4),
        view(hit.byteSize()).toEvent());
  }

  @Test
  void whatIsNoEventIsRefused() {
    long exec = exec("/x", "a");
    assertThrows(IllegalArgumentException.class, () -> view(exec - 1), "cut short");
    assertThrows(IllegalArgumentException.class, () -> view(10), "no header");
    memory.set(JAVA_SHORT_UNALIGNED, at(WireLayouts.EXEC_EVENT, "arguments_length"), (short) 500);
    assertThrows(IllegalArgumentException.class, () -> view(exec), "tail runs out");
    memory.set(JAVA_SHORT_UNALIGNED, at(WireLayouts.EVENT_HEADER, "kind"), (short) 99);
    assertThrows(IllegalArgumentException.class, () -> view(exec), "unknown kind");
    header(EventKind.FORK, Hook.FORK, WireLayouts.FORK_EVENT.byteSize());
    memory.set(JAVA_INT_UNALIGNED, at(WireLayouts.EVENT_HEADER, "size"), -1);
    assertThrows(IllegalArgumentException.class, () -> view(96), "negative size");
  }

  @Test
  void objectIsInTheJarAndFreshEachTime() {
    byte[] object = KernelObject.bytes();
    assertEquals(
        List.of((byte) 0x7f, (byte) 'E', (byte) 'L', (byte) 'F'),
        List.of(object[0], object[1], object[2], object[3]));
    object[0] = 0;
    assertEquals((byte) 0x7f, KernelObject.bytes()[0]);
  }

  @Test
  void masksAndLabelsGoBothWays() {
    for (Operation operation : Operation.values()) {
      assertEquals(Set.of(operation), Operation.ofMask(operation.bit()));
    }
    assertThrows(IllegalArgumentException.class, () -> Operation.ofMask(1 << 30));
    assertTrue(ExecFlag.SETID.in(ExecFlag.SETID.bit() | 1));
    assertEquals(PROCESS, ProcessKey.parse(PROCESS.toString()));
  }
}
