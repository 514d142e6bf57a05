/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.kernel.ActView;
import io.ringward.kernel.Decision;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.EventView;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.ExitView;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.FileView;
import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * What rules may ask of an event: the event's own facts from the view, those of processes from the
 * table. Moved from event to event; ancestors are looked up only when a rule asks for them.
 */
final class EventFacts implements EventContext {
  private final ProcessTable table;
  private final ProcessEntry[] generations = new ProcessEntry[1 + ProcessTable.MOST_ANCESTORS];

  private final FileNames files = new FileNames();
  private final ActFacts acts;
  private EventView view;
  private EventType type;

  /** How many of {@link #generations} are looked up: from 1 on. */
  private int known;

  /** Whether the last of them has no parent in the table. */
  private boolean complete;

  private long number;
  private long wallOffsetNanos;
  private boolean wallKnown;

  EventFacts(ProcessTable table) {
    this.table = table;
    this.acts = new ActFacts(table);
  }

  /** Sets what to add to {@code CLOCK_BOOTTIME} to get the time since the epoch. */
  void wallOffset(long nanos) {
    wallOffsetNanos = nanos;
    wallKnown = true;
  }

  /** Writes what outlasts an event. */
  void write(DataOutput out) throws IOException {
    out.writeLong(number);
    out.writeLong(wallOffsetNanos);
    out.writeBoolean(wallKnown);
  }

  /** Goes on from what {@link #write} wrote. */
  void read(DataInput in) throws IOException {
    number = in.readLong();
    wallOffsetNanos = in.readLong();
    wallKnown = in.readBoolean();
  }

  /**
   * Moves on to the next event.
   *
   * @param type what rules call it
   * @param actor the entry of who acted
   */
  void move(EventView view, EventType type, ProcessEntry actor) {
    this.view = view;
    this.type = type;
    generations[0] = actor;
    known = 1;
    complete = false;
    files.move(view);
    acts.move(view);
    number++;
  }

  @Override
  public EventType type() {
    return type;
  }

  @Override
  public int ancestors() {
    while (resolveNext()) {
      // Each turn finds one more.
    }
    return known - 1;
  }

  /** The process of a generation, or null. */
  private ProcessEntry process(int generation) {
    while (known <= generation && resolveNext()) {
      // Each turn finds one more.
    }
    return generation < known ? generations[generation] : null;
  }

  private boolean resolveNext() {
    if (complete || known == generations.length) {
      return false;
    }
    ProcessEntry parent = table.parent(generations[known - 1]);
    if (parent == null) {
      complete = true;
      return false;
    }
    generations[known++] = parent;
    return true;
  }

  @Override
  public boolean has(Fact fact, int generation) {
    return switch (fact) {
      case EVENT_NUMBER, THREAD_ID, USER_ID, CGROUP_ID, PROCESS_DURATION -> true;
      case EVENT_TIME -> wallKnown;
      case PROCESS_ID -> process(generation) != null;
      case EXE_INODE, EXE_FROM_MEMFD, EXE_UPPER_LAYER, EXE_DELETED, EXE_SETID, EXE_CAPABLE ->
          generations[0].origin != ProcessEntry.Origin.STRAY;
      case EXIT_STATUS, EXIT_CPU -> isExit();
      case EXIT_READ -> isExit() && ExitView.readBytes(view) >= 0;
      case EXIT_WRITTEN -> isExit() && ExitView.writtenBytes(view) >= 0;
      case REMOTE_ADDRESS, REMOTE_PORT -> view.kind() == EventKind.CONNECT || acts.hasPeer();
      case LOCAL_ADDRESS -> view.kind() == EventKind.BIND || acts.isListen();
      case LOCAL_PORT -> view.kind() == EventKind.BIND || acts.isListen() || acts.hasPeer();
      case PROTOCOL ->
          view.kind() == EventKind.CONNECT
              || view.kind() == EventKind.BIND
              || acts.isListen()
              || acts.hasPeer();
      case FILE_INODE, FILE_DEVICE -> isFile() && FileView.inode(view) != 0;
      case FILE_OUTCOME,
          OPEN_READ,
          OPEN_WRITE,
          OPEN_CREATE,
          OPEN_TRUNCATE,
          FILE_MODE,
          FILE_OWNER,
          FILE_GROUP ->
          isFile();
      case FILE_PATH, FILE_DIRECTORY, FILE_NAME, FILE_TARGET -> text(fact, generation) != null;
      case PROCESS_NAME,
          PROCESS_EXE,
          PROCESS_EXE_PATH,
          PROCESS_ARGUMENTS,
          PROCESS_COMMAND_LINE,
          PROCESS_DIRECTORY ->
          text(fact, generation) != null;
      default -> acts.has(fact);
    };
  }

  @Override
  public long number(Fact fact, int generation) {
    return switch (fact) {
      case EVENT_NUMBER -> number;
      case EVENT_TIME -> view.timeNanos() + wallOffsetNanos;
      case THREAD_ID -> view.tid();
      case USER_ID -> Integer.toUnsignedLong(view.uid());
      case CGROUP_ID -> view.cgroupId();
      case PROCESS_ID -> process(generation).tgid;
      case PROCESS_DURATION -> view.timeNanos() - view.startBoottimeNanos();
      case EXE_INODE -> generations[0].inode();
      case EXE_FROM_MEMFD -> flag(ExecFlag.MEMFD);
      case EXE_UPPER_LAYER -> flag(ExecFlag.UPPER_LAYER);
      case EXE_DELETED -> flag(ExecFlag.UNLINKED);
      case EXE_SETID -> flag(ExecFlag.SETID);
      case EXE_CAPABLE -> flag(ExecFlag.CAPABILITIES);
      case EXIT_STATUS -> ExitView.exitCode(view);
      case EXIT_CPU -> ExitView.cpuNanos(view);
      case EXIT_READ -> ExitView.readBytes(view);
      case EXIT_WRITTEN -> ExitView.writtenBytes(view);
      case REMOTE_PORT -> isAct() ? ActView.remotePort(view) : view.port();
      case LOCAL_PORT -> isAct() ? ActView.localPort(view) : view.port();
      case PROTOCOL -> isAct() ? ActView.protocol(view) : view.protocol();
      case FILE_INODE -> FileView.inode(view);
      case FILE_DEVICE -> Integer.toUnsignedLong(FileView.device(view));
      case FILE_OUTCOME -> FileView.decision(view) == Decision.ALLOWED.ordinal() ? 0 : -1;
      case OPEN_READ -> fileFlag(FileFlag.READ);
      case OPEN_WRITE -> fileFlag(FileFlag.WRITE);
      case OPEN_CREATE -> fileFlag(FileFlag.CREATE);
      case OPEN_TRUNCATE -> fileFlag(FileFlag.TRUNCATE);
      case FILE_MODE -> Integer.toUnsignedLong(FileView.mode(view));
      case FILE_OWNER -> FileView.owner(view);
      case FILE_GROUP -> FileView.group(view);
      case FILE_PATH,
          FILE_DIRECTORY,
          FILE_NAME,
          FILE_TARGET,
          PROCESS_NAME,
          PROCESS_EXE,
          PROCESS_EXE_PATH,
          PROCESS_ARGUMENTS,
          PROCESS_COMMAND_LINE,
          PROCESS_DIRECTORY,
          REMOTE_ADDRESS,
          LOCAL_ADDRESS ->
          throw new IllegalArgumentException(fact + " is not a number");
      default -> acts.number(fact);
    };
  }

  private long flag(ExecFlag flag) {
    return flag.in(generations[0].execFlags()) ? 1 : 0;
  }

  @Override
  public String text(Fact fact, int generation) {
    ProcessEntry process = process(generation);
    if (process == null) {
      return null;
    }
    return switch (fact) {
      case PROCESS_NAME -> known(process.comm());
      case PROCESS_EXE_PATH -> known(process.path());
      case PROCESS_EXE -> {
        List<String> arguments = process.arguments();
        yield arguments.isEmpty() ? null : arguments.getFirst();
      }
      case PROCESS_ARGUMENTS -> process.arguments().isEmpty() ? null : process.argumentText();
      case PROCESS_COMMAND_LINE -> known(process.commandLine());
      case PROCESS_DIRECTORY -> known(process.directory());
      case FILE_PATH -> isFile() ? files.path() : null;
      case FILE_DIRECTORY -> isFile() ? files.directory() : null;
      case FILE_NAME -> isFile() ? files.name() : null;
      case FILE_TARGET -> isFile() ? files.target() : null;
      case FILE_INODE,
          FILE_DEVICE,
          FILE_OUTCOME,
          OPEN_READ,
          OPEN_WRITE,
          OPEN_CREATE,
          OPEN_TRUNCATE,
          FILE_MODE,
          FILE_OWNER,
          FILE_GROUP,
          EVENT_NUMBER,
          EVENT_TIME,
          THREAD_ID,
          USER_ID,
          CGROUP_ID,
          PROCESS_ID,
          PROCESS_DURATION,
          EXE_INODE,
          EXE_FROM_MEMFD,
          EXE_UPPER_LAYER,
          EXE_DELETED,
          EXE_SETID,
          EXE_CAPABLE,
          EXIT_STATUS,
          EXIT_CPU,
          EXIT_READ,
          EXIT_WRITTEN,
          REMOTE_ADDRESS,
          REMOTE_PORT,
          LOCAL_ADDRESS,
          LOCAL_PORT,
          PROTOCOL ->
          throw new IllegalArgumentException(fact + " is not a text");
      default -> acts.text(fact);
    };
  }

  private boolean isAct() {
    return view.kind() == EventKind.ACT;
  }

  private boolean isExit() {
    return view.kind() == EventKind.EXIT;
  }

  private boolean isFile() {
    return view.kind() == EventKind.FILE;
  }

  private long fileFlag(FileFlag flag) {
    return flag.in(FileView.flags(view)) ? 1 : 0;
  }

  private static String known(String text) {
    return text.isEmpty() ? null : text;
  }

  @Override
  public long addressHigh(Fact fact) {
    if (isAct()) {
      return ActView.addressHigh(view);
    }
    return view.isIpv4() ? 0 : view.addressHigh();
  }

  @Override
  public long addressLow(Fact fact) {
    if (isAct()) {
      return ActView.addressLow(view);
    }
    return view.isIpv4() ? 0xFFFF_0000_0000L | (view.addressHigh() >>> 32) : view.addressLow();
  }
}
