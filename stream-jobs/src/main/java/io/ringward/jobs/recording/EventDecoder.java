/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import static io.ringward.jobs.recording.EventEncoder.SAME_ACTOR;
import static io.ringward.jobs.recording.EventEncoder.SAME_COMM;
import static io.ringward.jobs.recording.EventEncoder.SAME_CONTEXT;
import static io.ringward.jobs.recording.WireEvent.getShort;
import static io.ringward.jobs.recording.WireEvent.putInt;
import static io.ringward.jobs.recording.WireEvent.putLong;
import static io.ringward.jobs.recording.WireEvent.putShort;

import io.ringward.jobs.recording.EventMemory.Known;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Arrays;

/** Reads what {@link EventEncoder} wrote. Not thread-safe. */
final class EventDecoder {
  private static final int COMM_BYTES = 16;
  private static final int AF_INET = 2;
  private static final int MOST_RAW_BYTES = 1 << 16;

  private final EventMemory memory;
  private byte[] event = new byte[WireEvent.MOST_BYTES];

  EventDecoder(EventMemory memory) {
    this.memory = memory;
  }

  /** The event that was read last, at the beginning of an array that the next one overwrites. */
  byte[] event() {
    return event;
  }

  /**
   * Reads an event behind its tag.
   *
   * @return its length
   */
  int decode(int tag, CompactInput in) throws IOException {
    memory.begin();
    int kind = EventEncoder.kind(tag);
    if (kind == EventEncoder.RAW) {
      return raw(in);
    }
    if (kind > EventKind.values().length) {
      throw new StreamCorruptedException("an event of kind " + kind + ", which there is not");
    }
    Arrays.fill(event, 0, WireEvent.ACT_BYTES, (byte) 0);
    long time = memory.lastTime + in.signed();
    memory.lastTime = time;
    Known actor = (tag & SAME_ACTOR) == 0 ? memory.read(in) : memory.lastActor;
    if (actor == null) {
      throw new StreamCorruptedException("an event by nobody");
    }
    memory.lastActor = actor;
    if ((tag & SAME_CONTEXT) == 0) {
      readContext(kind, actor, in);
    } else if (actor.parent == null) {
      throw new StreamCorruptedException("an event of an unknown context");
    }
    int comm = EventEncoder.commAt(kind);
    if (comm >= 0 && (tag & SAME_COMM) == 0) {
      readComm(actor, in);
    }
    putShort(event, WireEvent.KIND, kind);
    putShort(event, WireEvent.HOOK, memory.hook(kind));
    putLong(event, WireEvent.TIME, time);
    putKey(WireEvent.PROCESS, actor);
    putKey(WireEvent.PARENT, actor.parent);
    putInt(event, WireEvent.TID, actor.tid);
    putInt(event, WireEvent.UID, actor.uid);
    putLong(event, WireEvent.CGROUP, actor.cgroup);
    if (comm >= 0) {
      putLong(event, comm, actor.commHigh);
      putLong(event, comm + 8, actor.commLow);
    }
    int size = readFacts(kind, time, actor, in);
    putInt(event, WireEvent.SIZE, size);
    return size;
  }

  private int raw(CompactInput in) throws IOException {
    int length = in.count(MOST_RAW_BYTES);
    if (event.length < length) {
      event = new byte[length];
    }
    in.fill(event, 0, length);
    return length;
  }

  private void readContext(int kind, Known actor, CompactInput in) throws IOException {
    memory.hook(kind, in.count(0xffff));
    actor.parent = memory.read(in);
    actor.tid = (int) (actor.tgid + in.signed());
    actor.uid = (int) in.unsigned();
    actor.cgroup = in.unsigned();
  }

  private static void readComm(Known actor, CompactInput in) throws IOException {
    byte[] comm = new byte[COMM_BYTES];
    in.fill(comm, 0, in.count(COMM_BYTES));
    actor.commHigh = WireEvent.getLong(comm, 0);
    actor.commLow = WireEvent.getLong(comm, 8);
  }

  private int readFacts(int kind, long time, Known actor, CompactInput in) throws IOException {
    return switch (EventKind.ofWire(kind)) {
      case EXEC -> {
        putLong(event, WireEvent.EXEC_INODE, in.unsigned());
        putInt(event, WireEvent.EXEC_DEVICE, (int) in.unsigned());
        putInt(event, WireEvent.EXEC_FLAGS, (int) in.unsigned());
        putInt(event, WireEvent.EXEC_GID, (int) in.unsigned());
        putInt(event, WireEvent.EXEC_ARGUMENT_COUNT, (int) in.unsigned());
        int path = in.count(WireLayouts.PATH_SIZE + WireLayouts.ARGUMENTS_SIZE);
        in.fill(event, WireEvent.EXEC_BYTES, path);
        int arguments = in.count(WireEvent.MOST_BYTES - WireEvent.EXEC_BYTES - path);
        in.fill(event, WireEvent.EXEC_BYTES + path, arguments);
        int directory = in.count(WireEvent.MOST_BYTES - WireEvent.EXEC_BYTES - path - arguments);
        in.fill(event, WireEvent.EXEC_BYTES + path + arguments, directory);
        putShort(event, WireEvent.EXEC_PATH_LENGTH, path);
        putShort(event, WireEvent.EXEC_ARGUMENTS_LENGTH, arguments);
        putShort(event, WireEvent.EXEC_DIRECTORY_LENGTH, directory);
        yield WireEvent.EXEC_BYTES + path + arguments + directory;
      }
      case FORK -> {
        int known = memory.size();
        Known child = memory.read(in);
        if (memory.size() > known) {
          memory.inherit(child, actor);
        }
        putKey(WireEvent.FORK_CHILD, child);
        yield WireEvent.FORK_BYTES;
      }
      case EXIT -> {
        putInt(event, WireEvent.EXIT_CODE, (int) in.unsigned());
        putLong(event, WireEvent.EXIT_LIFETIME, in.signed() + (time - actor.start));
        putLong(event, WireEvent.EXIT_CPU, in.unsigned());
        putLong(event, WireEvent.EXIT_READ, in.unsigned() - 1);
        putLong(event, WireEvent.EXIT_WRITTEN, in.unsigned() - 1);
        yield WireEvent.EXIT_BYTES;
      }
      case CONNECT, BIND -> {
        putShort(event, WireEvent.SOCKET_FAMILY, in.count(0xffff));
        putShort(event, WireEvent.SOCKET_PORT, in.count(0xffff));
        in.fill(event, WireEvent.SOCKET_PROTOCOL, 4);
        boolean four = getShort(event, WireEvent.SOCKET_FAMILY) == AF_INET;
        in.fill(event, WireEvent.SOCKET_ADDRESS, four ? 4 : COMM_BYTES);
        yield WireEvent.SOCKET_BYTES;
      }
      case SYSCALLS ->
          throw new StreamCorruptedException("a batch of system calls is recorded byte by byte");
      case ENFORCEMENT -> {
        putLong(event, WireEvent.HIT_VERDICT, in.unsigned());
        putLong(event, WireEvent.HIT_HITS, in.unsigned());
        int rest = WireEvent.HIT_HITS + Long.BYTES;
        in.fill(event, rest, WireEvent.HIT_BYTES - rest);
        yield WireEvent.HIT_BYTES;
      }
      case ACT -> {
        putShort(event, WireEvent.ACT, in.count(0xffff));
        putInt(event, WireEvent.ACT_RESULT, (int) in.signed());
        putLong(event, WireEvent.ACT_TARGET, in.unsigned());
        putInt(event, WireEvent.ACT_TARGET + WireEvent.KEY_TGID, (int) in.unsigned());
        for (int at = WireEvent.ACT_ARGUMENTS; at < WireEvent.ACT_COMM; at += Long.BYTES) {
          putLong(event, at, in.unsigned());
        }
        int text = in.count(WireEvent.MOST_BYTES - WireEvent.ACT_BYTES);
        in.fill(event, WireEvent.ACT_BYTES, text);
        putShort(event, WireEvent.ACT_TEXT_LENGTH, text);
        yield WireEvent.ACT_BYTES + text;
      }
      case FILE -> {
        in.fill(event, WireEvent.FILE_OPERATION, 2);
        putLong(event, WireEvent.FILE_INODE, in.unsigned());
        putInt(event, WireEvent.FILE_DEVICE, (int) in.unsigned());
        putInt(event, WireEvent.FILE_FLAGS, (int) in.unsigned());
        putInt(event, WireEvent.FILE_MODE, (int) in.unsigned());
        putInt(event, WireEvent.FILE_OWNER, (int) in.signed());
        putInt(event, WireEvent.FILE_GROUP, (int) in.signed());
        int path = in.count(WireEvent.MOST_BYTES - WireEvent.FILE_BYTES);
        int target = in.count(WireEvent.MOST_BYTES - WireEvent.FILE_BYTES - path);
        in.fill(event, WireEvent.FILE_BYTES, path + target);
        putShort(event, WireEvent.FILE_PATH_LENGTH, path);
        putShort(event, WireEvent.FILE_TARGET_LENGTH, target);
        yield WireEvent.FILE_BYTES + path + target;
      }
    };
  }

  private void putKey(int at, Known process) {
    putLong(event, at, process.start);
    putInt(event, at + WireEvent.KEY_TGID, process.tgid);
  }
}
