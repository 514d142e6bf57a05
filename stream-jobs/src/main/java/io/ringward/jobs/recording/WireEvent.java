/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/** Where the fields of an event lie, and access to them in an array. */
final class WireEvent {
  static final int KIND = header("kind");
  static final int HOOK = header("hook");
  static final int SIZE = header("size");
  static final int TIME = header("kernel_time_nanos");
  static final int PROCESS = header("process");
  static final int PARENT = header("parent");
  static final int TID = header("tid");
  static final int UID = header("uid");
  static final int CGROUP = header("cgroup_id");
  static final int KEY_TGID = at(WireLayouts.PROCESS_KEY, "tgid");
  static final int KEY_ZERO = at(WireLayouts.PROCESS_KEY, "zero");
  static final int HEADER_BYTES = bytes(WireLayouts.EVENT_HEADER);

  static final int EXEC_INODE = at(WireLayouts.EXEC_EVENT, "inode");
  static final int EXEC_DEVICE = at(WireLayouts.EXEC_EVENT, "device");
  static final int EXEC_FLAGS = at(WireLayouts.EXEC_EVENT, "flags");
  static final int EXEC_GID = at(WireLayouts.EXEC_EVENT, "gid");
  static final int EXEC_ARGUMENT_COUNT = at(WireLayouts.EXEC_EVENT, "argument_count");
  static final int EXEC_PATH_LENGTH = at(WireLayouts.EXEC_EVENT, "path_length");
  static final int EXEC_ARGUMENTS_LENGTH = at(WireLayouts.EXEC_EVENT, "arguments_length");
  static final int EXEC_DIRECTORY_LENGTH = at(WireLayouts.EXEC_EVENT, "directory_length");
  static final int EXEC_ZERO = at(WireLayouts.EXEC_EVENT, "zero");
  static final int EXEC_COMM = at(WireLayouts.EXEC_EVENT, "comm");
  static final int EXEC_BYTES = bytes(WireLayouts.EXEC_EVENT);

  static final int FORK_CHILD = at(WireLayouts.FORK_EVENT, "child");
  static final int FORK_COMM = at(WireLayouts.FORK_EVENT, "comm");
  static final int FORK_BYTES = bytes(WireLayouts.FORK_EVENT);

  static final int EXIT_CODE = at(WireLayouts.EXIT_EVENT, "exit_code");
  static final int EXIT_ZERO = at(WireLayouts.EXIT_EVENT, "zero");
  static final int EXIT_LIFETIME = at(WireLayouts.EXIT_EVENT, "lifetime_nanos");
  static final int EXIT_CPU = at(WireLayouts.EXIT_EVENT, "cpu_nanos");
  static final int EXIT_READ = at(WireLayouts.EXIT_EVENT, "read_bytes");
  static final int EXIT_WRITTEN = at(WireLayouts.EXIT_EVENT, "written_bytes");
  static final int EXIT_COMM = at(WireLayouts.EXIT_EVENT, "comm");
  static final int EXIT_BYTES = bytes(WireLayouts.EXIT_EVENT);

  static final int SOCKET_FAMILY = at(WireLayouts.SOCKET_EVENT, "family");
  static final int SOCKET_PORT = at(WireLayouts.SOCKET_EVENT, "port");
  static final int SOCKET_PROTOCOL = at(WireLayouts.SOCKET_EVENT, "protocol");
  static final int SOCKET_ADDRESS = at(WireLayouts.SOCKET_EVENT, "address");
  static final int SOCKET_COMM = at(WireLayouts.SOCKET_EVENT, "comm");
  static final int SOCKET_BYTES = bytes(WireLayouts.SOCKET_EVENT);

  static final int HIT_VERDICT = at(WireLayouts.ENFORCEMENT_EVENT, "verdict_id");
  static final int HIT_HITS = at(WireLayouts.ENFORCEMENT_EVENT, "hits");
  static final int HIT_BYTES = bytes(WireLayouts.ENFORCEMENT_EVENT);

  static final int FILE_INODE = at(WireLayouts.FILE_EVENT, "inode");
  static final int FILE_DEVICE = at(WireLayouts.FILE_EVENT, "device");
  static final int FILE_FLAGS = at(WireLayouts.FILE_EVENT, "flags");
  static final int FILE_OPERATION = at(WireLayouts.FILE_EVENT, "operation");
  static final int FILE_PATH_LENGTH = at(WireLayouts.FILE_EVENT, "path_length");
  static final int FILE_TARGET_LENGTH = at(WireLayouts.FILE_EVENT, "target_length");
  static final int FILE_ZERO = at(WireLayouts.FILE_EVENT, "zero");
  static final int FILE_MODE = at(WireLayouts.FILE_EVENT, "mode");
  static final int FILE_OWNER = at(WireLayouts.FILE_EVENT, "owner");
  static final int FILE_GROUP = at(WireLayouts.FILE_EVENT, "group");
  static final int FILE_ZERO2 = at(WireLayouts.FILE_EVENT, "zero2");
  static final int FILE_COMM = at(WireLayouts.FILE_EVENT, "comm");
  static final int FILE_BYTES = bytes(WireLayouts.FILE_EVENT);

  static final int ACT = at(WireLayouts.ACT_EVENT, "act");
  static final int ACT_TEXT_LENGTH = at(WireLayouts.ACT_EVENT, "text_length");
  static final int ACT_RESULT = at(WireLayouts.ACT_EVENT, "result");
  static final int ACT_TARGET = at(WireLayouts.ACT_EVENT, "target");
  static final int ACT_ARGUMENTS = at(WireLayouts.ACT_EVENT, "arguments");
  static final int ACT_COMM = at(WireLayouts.ACT_EVENT, "comm");
  static final int ACT_BYTES = bytes(WireLayouts.ACT_EVENT);

  /** Longest event. */
  static final int MOST_BYTES =
      Math.max(
          FILE_BYTES + WireLayouts.FILE_TEXT_SIZE,
          EXEC_BYTES + 2 * WireLayouts.PATH_SIZE + WireLayouts.ARGUMENTS_SIZE);

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private WireEvent() {}

  static int getShort(byte[] event, int at) {
    return Short.toUnsignedInt((short) SHORT.get(event, at));
  }

  static int getInt(byte[] event, int at) {
    return (int) INT.get(event, at);
  }

  static long getLong(byte[] event, int at) {
    return (long) LONG.get(event, at);
  }

  static void putShort(byte[] event, int at, int value) {
    SHORT.set(event, at, (short) value);
  }

  static void putInt(byte[] event, int at, int value) {
    INT.set(event, at, value);
  }

  static void putLong(byte[] event, int at, long value) {
    LONG.set(event, at, value);
  }

  /** Tells the forms of kernel events apart: one of another form would be read as nonsense. */
  static int fingerprint() {
    CRC32C sum = new CRC32C();
    for (StructLayout layout :
        List.of(
            WireLayouts.EVENT_HEADER,
            WireLayouts.EXEC_EVENT,
            WireLayouts.FORK_EVENT,
            WireLayouts.EXIT_EVENT,
            WireLayouts.SOCKET_EVENT,
            WireLayouts.ENFORCEMENT_EVENT,
            WireLayouts.ACT_EVENT,
            WireLayouts.SYSCALLS_EVENT,
            WireLayouts.SYSCALL,
            WireLayouts.FILE_EVENT)) {
      sum.update(layout.toString().getBytes(StandardCharsets.UTF_8));
    }
    sum.update(ByteOrder.nativeOrder().toString().getBytes(StandardCharsets.UTF_8));
    return (int) sum.getValue();
  }

  private static int header(String field) {
    return at(WireLayouts.EVENT_HEADER, field);
  }

  private static int at(StructLayout layout, String field) {
    return Math.toIntExact(WireLayouts.offset(layout, field));
  }

  private static int bytes(MemoryLayout layout) {
    return Math.toIntExact(layout.byteSize());
  }
}
