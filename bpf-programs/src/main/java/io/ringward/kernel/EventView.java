/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one event where it lies, without a copy: a cursor that is moved from record to record.
 *
 * <p>Used by one thread; valid until it is moved on or its buffer is released. Accessors of facts
 * that the event's kind does not have return another kind's bytes: look at {@link #kind} first.
 * Numbers are unsigned in the kernel; those that fit are returned widened.
 */
public final class EventView implements FeedItem {
  private static final long KIND = offset("kind");
  private static final long HOOK = offset("hook");
  private static final long SIZE = offset("size");
  private static final long TIME = offset("kernel_time_nanos");
  private static final long PROCESS = offset("process");
  private static final long PARENT = offset("parent");
  private static final long TID = offset("tid");
  private static final long UID = offset("uid");
  private static final long CGROUP = offset("cgroup_id");
  private static final long KEY_TGID = WireLayouts.offset(WireLayouts.PROCESS_KEY, "tgid");

  private static final long EXEC_INODE = exec("inode");
  private static final long EXEC_DEVICE = exec("device");
  private static final long EXEC_FLAGS = exec("flags");
  private static final long EXEC_GID = exec("gid");
  private static final long EXEC_ARGUMENT_COUNT = exec("argument_count");
  private static final long EXEC_PATH_LENGTH = exec("path_length");
  private static final long EXEC_ARGUMENTS_LENGTH = exec("arguments_length");
  private static final long EXEC_DIRECTORY_LENGTH = exec("directory_length");
  private static final long EXEC_COMM = exec("comm");
  private static final long EXEC_TAIL = WireLayouts.EXEC_EVENT.byteSize();

  private static final long FORK_CHILD = WireLayouts.offset(WireLayouts.FORK_EVENT, "child");
  private static final long FORK_COMM = WireLayouts.offset(WireLayouts.FORK_EVENT, "comm");

  private static final long SOCKET_FAMILY = socket("family");
  private static final long SOCKET_PORT = socket("port");
  private static final long SOCKET_PROTOCOL = socket("protocol");
  private static final long SOCKET_DECISION = socket("decision");
  private static final long SOCKET_FLAGS = socket("flags");
  private static final long SOCKET_ADDRESS = socket("address");
  private static final long SOCKET_COMM = socket("comm");

  private static final long HIT_VERDICT = hit("verdict_id");
  private static final long HIT_HITS = hit("hits");
  private static final long HIT_ACTION = hit("action");
  private static final long HIT_OPERATION = hit("operation");
  private static final long HIT_ERROR = hit("error");
  private static final long HIT_SHADOW = hit("shadow");
  private static final long HIT_HOOK = hit("hook");

  private static final int AF_INET = 2;

  private MemorySegment data = MemorySegment.NULL;
  private long base;
  private EventKind kind = EventKind.EXIT;

  /**
   * Moves the cursor.
   *
   * @param data holds the record
   * @param offset where the record begins
   * @param length the record's length in bytes
   * @return this
   * @throws IllegalArgumentException when the record is not an event of this version of the wire
   */
  public EventView wrap(MemorySegment data, long offset, long length) {
    if (length < WireLayouts.EVENT_HEADER.byteSize()) {
      throw new IllegalArgumentException("an event has a header, and " + length + " bytes has not");
    }
    int size = data.get(JAVA_INT_UNALIGNED, offset + SIZE);
    EventKind kind = EventKind.ofWire(data.get(JAVA_SHORT_UNALIGNED, offset + KIND));
    if (size > length || size < least(kind)) {
      throw new IllegalArgumentException(
          "an event of kind " + kind + " says " + size + " bytes in a record of " + length);
    }
    this.data = data;
    this.base = offset;
    this.kind = kind;
    if (kind == EventKind.EXEC
        && EXEC_TAIL + pathLength() + argumentsLength() + directoryLength() > size) {
      throw new IllegalArgumentException("an exec event's texts run past its end");
    }
    if (kind == EventKind.ACT && ActView.TAIL + ActView.textLength(this) > size) {
      throw new IllegalArgumentException("an act's text runs past its end");
    }
    if (kind == EventKind.SYSCALLS && SyscallsView.end(this) > size) {
      throw new IllegalArgumentException("a batch of system calls runs past its end");
    }
    if (kind == EventKind.FILE && FileView.TAIL + FileView.textLength(this) > size) {
      throw new IllegalArgumentException("a file event's paths run past its end");
    }
    return this;
  }

  private static long least(EventKind kind) {
    return switch (kind) {
      case EXEC -> WireLayouts.EXEC_EVENT.byteSize();
      case FORK -> WireLayouts.FORK_EVENT.byteSize();
      case EXIT -> WireLayouts.EXIT_EVENT.byteSize();
      case CONNECT, BIND -> WireLayouts.SOCKET_EVENT.byteSize();
      case ENFORCEMENT -> WireLayouts.ENFORCEMENT_EVENT.byteSize();
      case ACT -> ActView.TAIL;
      case SYSCALLS -> SyscallsView.TAIL;
      case FILE -> FileView.TAIL;
    };
  }

  public EventKind kind() {
    return kind;
  }

  /** The whole event's length in bytes. */
  public int size() {
    return data.get(JAVA_INT_UNALIGNED, base + SIZE);
  }

  /** The buffer under the cursor; the event is {@link #size} bytes from {@link #base}. */
  public MemorySegment segment() {
    return data;
  }

  /** Where the event begins in {@link #segment}. */
  public long base() {
    return base;
  }

  public int hookIndex() {
    return data.get(JAVA_SHORT_UNALIGNED, base + HOOK);
  }

  @Override
  public long timeNanos() {
    return data.get(JAVA_LONG_UNALIGNED, base + TIME);
  }

  public long startBoottimeNanos() {
    return data.get(JAVA_LONG_UNALIGNED, base + PROCESS);
  }

  public int tgid() {
    return data.get(JAVA_INT_UNALIGNED, base + PROCESS + KEY_TGID);
  }

  public long parentStartBoottimeNanos() {
    return data.get(JAVA_LONG_UNALIGNED, base + PARENT);
  }

  public int parentTgid() {
    return data.get(JAVA_INT_UNALIGNED, base + PARENT + KEY_TGID);
  }

  public int tid() {
    return data.get(JAVA_INT_UNALIGNED, base + TID);
  }

  public int uid() {
    return data.get(JAVA_INT_UNALIGNED, base + UID);
  }

  public long cgroupId() {
    return data.get(JAVA_LONG_UNALIGNED, base + CGROUP);
  }

  /** Allocates. */
  public ProcessKey process() {
    return new ProcessKey(startBoottimeNanos(), tgid());
  }

  /** Allocates. */
  public ProcessKey parent() {
    return new ProcessKey(parentStartBoottimeNanos(), parentTgid());
  }

  // ---- exec

  public long inode() {
    return data.get(JAVA_LONG_UNALIGNED, base + EXEC_INODE);
  }

  public int device() {
    return data.get(JAVA_INT_UNALIGNED, base + EXEC_DEVICE);
  }

  public int execFlags() {
    return data.get(JAVA_INT_UNALIGNED, base + EXEC_FLAGS);
  }

  public int gid() {
    return data.get(JAVA_INT_UNALIGNED, base + EXEC_GID);
  }

  public int argumentCount() {
    return data.get(JAVA_INT_UNALIGNED, base + EXEC_ARGUMENT_COUNT);
  }

  /** Allocates. */
  public String path() {
    return text(base + EXEC_TAIL, pathLength());
  }

  /** Argv up to the wire's bound. Allocates. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    long from = base + EXEC_TAIL + pathLength();
    long end = from + argumentsLength();
    for (long at = from; at < end; at++) {
      if (data.get(JAVA_BYTE, at) == 0) {
        arguments.add(text(from, at - from));
        from = at + 1;
      }
    }
    if (from < end || (argumentsLength() > 0 && data.get(JAVA_BYTE, end - 1) == 0)) {
      arguments.add(text(from, end - from));
    }
    return arguments;
  }

  /** The working directory at the exec; empty when it is not known. Allocates. */
  public String directory() {
    return text(base + EXEC_TAIL + pathLength() + argumentsLength(), directoryLength());
  }

  private int directoryLength() {
    return Short.toUnsignedInt(data.get(JAVA_SHORT_UNALIGNED, base + EXEC_DIRECTORY_LENGTH));
  }

  private int pathLength() {
    return Short.toUnsignedInt(data.get(JAVA_SHORT_UNALIGNED, base + EXEC_PATH_LENGTH));
  }

  private int argumentsLength() {
    return Short.toUnsignedInt(data.get(JAVA_SHORT_UNALIGNED, base + EXEC_ARGUMENTS_LENGTH));
  }

  // ---- fork

  public long childStartBoottimeNanos() {
    return data.get(JAVA_LONG_UNALIGNED, base + FORK_CHILD);
  }

  public int childTgid() {
    return data.get(JAVA_INT_UNALIGNED, base + FORK_CHILD + KEY_TGID);
  }

  // ---- connect and bind

  public boolean isIpv4() {
    return data.get(JAVA_SHORT_UNALIGNED, base + SOCKET_FAMILY) == AF_INET;
  }

  public boolean isMapped() {
    return (data.get(JAVA_BYTE, base + SOCKET_FLAGS) & 1) != 0;
  }

  public int port() {
    return Short.toUnsignedInt(data.get(JAVA_SHORT_UNALIGNED, base + SOCKET_PORT));
  }

  /** IPPROTO number. */
  public int protocol() {
    return Byte.toUnsignedInt(data.get(JAVA_BYTE, base + SOCKET_PROTOCOL));
  }

  /** Wire value of a {@link Decision}. */
  public int decision() {
    return data.get(JAVA_BYTE, base + SOCKET_DECISION);
  }

  /** The first eight bytes of the address as a big-endian number; IPv4 is in the upper half. */
  public long addressHigh() {
    return Long.reverseBytes(data.get(JAVA_LONG_UNALIGNED, base + SOCKET_ADDRESS));
  }

  /** The last eight bytes of the address as a big-endian number; 0 for IPv4. */
  public long addressLow() {
    return Long.reverseBytes(data.get(JAVA_LONG_UNALIGNED, base + SOCKET_ADDRESS + 8));
  }

  /** Allocates. */
  public InetAddress address() {
    byte[] bytes = new byte[isIpv4() ? 4 : 16];
    MemorySegment.copy(data, JAVA_BYTE, base + SOCKET_ADDRESS, bytes, 0, bytes.length);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }

  // ---- enforcement

  public long verdictId() {
    return data.get(JAVA_LONG_UNALIGNED, base + HIT_VERDICT);
  }

  public long hits() {
    return data.get(JAVA_LONG_UNALIGNED, base + HIT_HITS);
  }

  // ---- all kinds that carry one

  /** The kernel's 15-character name of the actor; "" for kinds without. Allocates. */
  public String comm() {
    return switch (kind) {
      case EXEC -> commAt(EXEC_COMM);
      case FORK -> commAt(FORK_COMM);
      case EXIT -> commAt(ExitView.COMM);
      case CONNECT, BIND -> commAt(SOCKET_COMM);
      case ACT -> commAt(ActView.COMM);
      case SYSCALLS -> commAt(SyscallsView.COMM);
      case FILE -> commAt(FileView.COMM);
      case ENFORCEMENT -> "";
    };
  }

  /** A copy that outlives the buffer. */
  public Event toEvent() {
    Event.Header header =
        new Event.Header(
            Hook.ofWire(hookIndex()), timeNanos(), process(), parent(), tid(), uid(), cgroupId());
    return switch (kind) {
      case EXEC ->
          new Event.Exec(
              header,
              new FileIdentity(device(), inode()),
              execFlags(),
              gid(),
              argumentCount(),
              comm(),
              path(),
              arguments(),
              directory());
      case FORK ->
          new Event.Fork(header, new ProcessKey(childStartBoottimeNanos(), childTgid()), comm());
      case EXIT -> ExitView.toEvent(this, header);
      case CONNECT -> new Event.Connect(header, endpoint(), Decision.ofWire(decision()), comm());
      case BIND -> new Event.Bind(header, endpoint(), Decision.ofWire(decision()), comm());
      case ACT -> ActView.toEvent(this, header);
      case FILE -> FileView.toEvent(this, header);
      case ENFORCEMENT ->
          new Event.Enforcement(
              header,
              verdictId(),
              hits(),
              Action.ofWire(data.get(JAVA_INT_UNALIGNED, base + HIT_ACTION)),
              Operation.ofBit(data.get(JAVA_INT_UNALIGNED, base + HIT_OPERATION)),
              data.get(JAVA_SHORT_UNALIGNED, base + HIT_ERROR),
              data.get(JAVA_SHORT_UNALIGNED, base + HIT_SHADOW) != 0,
              Hook.ofWire(data.get(JAVA_INT_UNALIGNED, base + HIT_HOOK)));
      case SYSCALLS -> SyscallsView.toEvent(this, header);
    };
  }

  private Event.Endpoint endpoint() {
    return new Event.Endpoint(address(), port(), protocol(), isMapped());
  }

  private String commAt(long offset) {
    long from = base + offset;
    int length = 0;
    while (length < WireLayouts.COMM_SIZE && data.get(JAVA_BYTE, from + length) != 0) {
      length++;
    }
    return text(from, length);
  }

  private String text(long from, long length) {
    byte[] bytes = new byte[(int) length];
    MemorySegment.copy(data, JAVA_BYTE, from, bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static long offset(String field) {
    return WireLayouts.offset(WireLayouts.EVENT_HEADER, field);
  }

  private static long exec(String field) {
    return WireLayouts.offset(WireLayouts.EXEC_EVENT, field);
  }

  private static long socket(String field) {
    return WireLayouts.offset(WireLayouts.SOCKET_EVENT, field);
  }

  private static long hit(String field) {
    return WireLayouts.offset(WireLayouts.ENFORCEMENT_EVENT, field);
  }
}
