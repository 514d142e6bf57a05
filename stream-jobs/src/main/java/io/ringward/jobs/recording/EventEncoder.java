/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import static io.ringward.jobs.recording.WireEvent.getInt;
import static io.ringward.jobs.recording.WireEvent.getLong;
import static io.ringward.jobs.recording.WireEvent.getShort;

import io.ringward.jobs.recording.EventMemory.Known;
import io.ringward.kernel.EventKind;

/**
 * Writes events by what is new in them. What the fields do not say exactly is written byte by byte,
 * so that each event comes back as it was, its padding too. Not thread-safe.
 *
 * <p>An event is a tag (the kind, and what is as it was before), the time since the item before,
 * the process, and what differs.
 */
final class EventEncoder {
  /**
   * Tags: the low three bits are 0 for bytes as they are, 1 to 6 for a kind, 7 for other items;
   * with {@link #MORE_KINDS} they are what a kind is above 7.
   */
  static final int RAW = 0;

  static final int OTHER = 7;
  static final int SAME_ACTOR = 8;
  static final int SAME_CONTEXT = 16;
  static final int SAME_COMM = 32;
  static final int MORE_KINDS = 64;

  private static final int COMM_BYTES = 16;
  private static final int AF_INET = 2;

  private final EventMemory memory;

  EventEncoder(EventMemory memory) {
    this.memory = memory;
  }

  /** The bits of a tag that tell the kind. */
  static int code(int kind) {
    return kind < OTHER ? kind : MORE_KINDS | (kind - OTHER);
  }

  /** The kind that a tag tells; {@link #RAW} and {@link #OTHER} are none. */
  static int kind(int tag) {
    return (tag & MORE_KINDS) == 0 ? tag & 7 : OTHER + (tag & 7);
  }

  /** Whether a tag begins an item that is no event. */
  static boolean isOther(int tag) {
    return (tag & (MORE_KINDS | 7)) == OTHER;
  }

  void encode(byte[] event, int length, CompactOutput out) {
    memory.begin();
    int kind = length < WireEvent.HEADER_BYTES ? 0 : getShort(event, WireEvent.KIND);
    if (!isPlain(event, length, kind)) {
      out.write(RAW);
      out.unsigned(length);
      out.write(event, 0, length);
      return;
    }
    Known actor = find(event, WireEvent.PROCESS);
    int comm = commAt(kind);
    int tag = code(kind);
    tag |= actor != null && actor == memory.lastActor ? SAME_ACTOR : 0;
    tag |= actor != null && isContext(event, kind, actor) ? SAME_CONTEXT : 0;
    tag |=
        actor != null
                && comm >= 0
                && actor.commHigh == getLong(event, comm)
                && actor.commLow == getLong(event, comm + 8)
            ? SAME_COMM
            : 0;
    out.write(tag);
    long time = getLong(event, WireEvent.TIME);
    out.signed(time - memory.lastTime);
    memory.lastTime = time;
    if ((tag & SAME_ACTOR) == 0) {
      actor = writeProcess(event, WireEvent.PROCESS, out);
    }
    memory.lastActor = actor;
    if ((tag & SAME_CONTEXT) == 0) {
      writeContext(event, kind, actor, out);
    }
    if (comm >= 0 && (tag & SAME_COMM) == 0) {
      writeComm(event, comm, actor, out);
    }
    writeFacts(event, kind, time, actor, out);
  }

  /** Whether the fields say all: what they do not cover is 0, and the lengths fit. */
  private static boolean isPlain(byte[] event, int length, int kind) {
    if (kind < 1
        || kind > EventKind.values().length
        || getInt(event, WireEvent.SIZE) != length
        || getInt(event, WireEvent.PROCESS + WireEvent.KEY_ZERO) != 0
        || getInt(event, WireEvent.PARENT + WireEvent.KEY_ZERO) != 0) {
      return false;
    }
    return switch (EventKind.ofWire(kind)) {
      case EXEC ->
          length >= WireEvent.EXEC_BYTES
              && length <= WireEvent.MOST_BYTES
              && getShort(event, WireEvent.EXEC_ZERO) == 0
              && length
                  == WireEvent.EXEC_BYTES
                      + getShort(event, WireEvent.EXEC_PATH_LENGTH)
                      + getShort(event, WireEvent.EXEC_ARGUMENTS_LENGTH)
                      + getShort(event, WireEvent.EXEC_DIRECTORY_LENGTH);
      case FORK ->
          length == WireEvent.FORK_BYTES
              && getInt(event, WireEvent.FORK_CHILD + WireEvent.KEY_ZERO) == 0;
      case EXIT -> length == WireEvent.EXIT_BYTES && getInt(event, WireEvent.EXIT_ZERO) == 0;
      case CONNECT, BIND -> length == WireEvent.SOCKET_BYTES && isClean(event);
      case ENFORCEMENT -> length == WireEvent.HIT_BYTES;
      case ACT ->
          length >= WireEvent.ACT_BYTES
              && length <= WireEvent.MOST_BYTES
              && length == WireEvent.ACT_BYTES + getShort(event, WireEvent.ACT_TEXT_LENGTH)
              && getInt(event, WireEvent.ACT_TARGET + WireEvent.KEY_ZERO) == 0;
      case SYSCALLS -> false; // Compact already.
      case FILE ->
          length >= WireEvent.FILE_BYTES
              && length <= WireEvent.MOST_BYTES
              && getShort(event, WireEvent.FILE_ZERO) == 0
              && getInt(event, WireEvent.FILE_ZERO2) == 0
              && length
                  == WireEvent.FILE_BYTES
                      + getShort(event, WireEvent.FILE_PATH_LENGTH)
                      + getShort(event, WireEvent.FILE_TARGET_LENGTH);
    };
  }

  /** Where a kind has the actor's name, or -1. */
  static int commAt(int kind) {
    return switch (EventKind.ofWire(kind)) {
      case EXEC -> WireEvent.EXEC_COMM;
      case FORK -> WireEvent.FORK_COMM;
      case EXIT -> WireEvent.EXIT_COMM;
      case CONNECT, BIND -> WireEvent.SOCKET_COMM;
      case ACT -> WireEvent.ACT_COMM;
      case FILE -> WireEvent.FILE_COMM;
      case ENFORCEMENT, SYSCALLS -> -1;
    };
  }

  private Known find(byte[] event, int key) {
    return memory.find(getLong(event, key), getInt(event, key + WireEvent.KEY_TGID));
  }

  private boolean isContext(byte[] event, int kind, Known actor) {
    return actor.parent != null
        && actor.parent.start == getLong(event, WireEvent.PARENT)
        && actor.parent.tgid == getInt(event, WireEvent.PARENT + WireEvent.KEY_TGID)
        && actor.tid == getInt(event, WireEvent.TID)
        && actor.uid == getInt(event, WireEvent.UID)
        && actor.cgroup == getLong(event, WireEvent.CGROUP)
        && memory.hook(kind) == getShort(event, WireEvent.HOOK);
  }

  private Known writeProcess(byte[] event, int key, CompactOutput out) {
    return memory.write(getLong(event, key), getInt(event, key + WireEvent.KEY_TGID), out);
  }

  private void writeContext(byte[] event, int kind, Known actor, CompactOutput out) {
    int hook = getShort(event, WireEvent.HOOK);
    actor.tid = getInt(event, WireEvent.TID);
    actor.uid = getInt(event, WireEvent.UID);
    actor.cgroup = getLong(event, WireEvent.CGROUP);
    out.unsigned(hook);
    memory.hook(kind, hook);
    actor.parent = writeProcess(event, WireEvent.PARENT, out);
    out.signed((long) actor.tid - actor.tgid);
    out.unsigned(Integer.toUnsignedLong(actor.uid));
    out.unsigned(actor.cgroup);
  }

  private static void writeComm(byte[] event, int at, Known actor, CompactOutput out) {
    actor.commHigh = getLong(event, at);
    actor.commLow = getLong(event, at + 8);
    int length = COMM_BYTES;
    while (length > 0 && event[at + length - 1] == 0) {
      length--;
    }
    out.write(length);
    out.write(event, at, length);
  }

  private void writeFacts(byte[] event, int kind, long time, Known actor, CompactOutput out) {
    switch (EventKind.ofWire(kind)) {
      case EXEC -> {
        out.unsigned(getLong(event, WireEvent.EXEC_INODE));
        out.unsigned(Integer.toUnsignedLong(getInt(event, WireEvent.EXEC_DEVICE)));
        out.unsigned(Integer.toUnsignedLong(getInt(event, WireEvent.EXEC_FLAGS)));
        out.unsigned(Integer.toUnsignedLong(getInt(event, WireEvent.EXEC_GID)));
        out.unsigned(Integer.toUnsignedLong(getInt(event, WireEvent.EXEC_ARGUMENT_COUNT)));
        int path = getShort(event, WireEvent.EXEC_PATH_LENGTH);
        int arguments = getShort(event, WireEvent.EXEC_ARGUMENTS_LENGTH);
        out.unsigned(path);
        out.write(event, WireEvent.EXEC_BYTES, path);
        out.unsigned(arguments);
        out.write(event, WireEvent.EXEC_BYTES + path, arguments);
        int directory = getShort(event, WireEvent.EXEC_DIRECTORY_LENGTH);
        out.unsigned(directory);
        out.write(event, WireEvent.EXEC_BYTES + path + arguments, directory);
      }
      case FORK -> {
        Known before = find(event, WireEvent.FORK_CHILD);
        Known child = writeProcess(event, WireEvent.FORK_CHILD, out);
        if (before == null) {
          memory.inherit(child, actor);
        }
      }
      case EXIT -> {
        out.unsigned(Integer.toUnsignedLong(getInt(event, WireEvent.EXIT_CODE)));
        out.signed(getLong(event, WireEvent.EXIT_LIFETIME) - (time - actor.start));
        out.unsigned(getLong(event, WireEvent.EXIT_CPU));
        // All ones stand for unknown, which may be every one: a byte, not ten.
        out.unsigned(getLong(event, WireEvent.EXIT_READ) + 1);
        out.unsigned(getLong(event, WireEvent.EXIT_WRITTEN) + 1);
      }
      case CONNECT, BIND -> {
        out.unsigned(getShort(event, WireEvent.SOCKET_FAMILY));
        out.unsigned(getShort(event, WireEvent.SOCKET_PORT));
        out.write(event, WireEvent.SOCKET_PROTOCOL, 4); // Protocol, type, decision, flags.
        out.write(event, WireEvent.SOCKET_ADDRESS, addressBytes(event));
      }
      case SYSCALLS ->
          throw new IllegalArgumentException("a batch of system calls is written byte by byte");
      case ENFORCEMENT -> {
        out.unsigned(getLong(event, WireEvent.HIT_VERDICT));
        out.unsigned(getLong(event, WireEvent.HIT_HITS));
        int rest = WireEvent.HIT_HITS + Long.BYTES;
        out.write(event, rest, WireEvent.HIT_BYTES - rest);
      }
      case ACT -> {
        out.unsigned(getShort(event, WireEvent.ACT));
        out.signed(getInt(event, WireEvent.ACT_RESULT));
        out.unsigned(getLong(event, WireEvent.ACT_TARGET));
        out.unsigned(
            Integer.toUnsignedLong(getInt(event, WireEvent.ACT_TARGET + WireEvent.KEY_TGID)));
        for (int at = WireEvent.ACT_ARGUMENTS; at < WireEvent.ACT_COMM; at += Long.BYTES) {
          out.unsigned(getLong(event, at));
        }
        int text = getShort(event, WireEvent.ACT_TEXT_LENGTH);
        out.unsigned(text);
        out.write(event, WireEvent.ACT_BYTES, text);
      }
      case FILE -> {
        out.write(event, WireEvent.FILE_OPERATION, 2); // Operation and decision.
        out.unsigned(getLong(event, WireEvent.FILE_INODE));
        out.unsigned(Integer.toUnsignedLong(getInt(event, WireEvent.FILE_DEVICE)));
        out.unsigned(Integer.toUnsignedLong(getInt(event, WireEvent.FILE_FLAGS)));
        out.unsigned(Integer.toUnsignedLong(getInt(event, WireEvent.FILE_MODE)));
        out.signed(getInt(event, WireEvent.FILE_OWNER));
        out.signed(getInt(event, WireEvent.FILE_GROUP));
        int path = getShort(event, WireEvent.FILE_PATH_LENGTH);
        int target = getShort(event, WireEvent.FILE_TARGET_LENGTH);
        out.unsigned(path);
        out.unsigned(target);
        out.write(event, WireEvent.FILE_BYTES, path + target);
      }
    }
  }

  private static int addressBytes(byte[] event) {
    return getShort(event, WireEvent.SOCKET_FAMILY) == AF_INET ? 4 : COMM_BYTES;
  }

  /** Whether nothing stands behind an IPv4 address. */
  private static boolean isClean(byte[] event) {
    if (getShort(event, WireEvent.SOCKET_FAMILY) != AF_INET) {
      return true;
    }
    return getInt(event, WireEvent.SOCKET_ADDRESS + 4) == 0
        && getLong(event, WireEvent.SOCKET_ADDRESS + 8) == 0;
  }
}
