/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of one process, kept up to date in place. Belongs to a {@link ProcessTable} and to
 * its thread; what leaves the thread is {@link #info}, a copy.
 */
final class ProcessEntry {
  /** How sure the program's facts are. */
  enum Origin {
    /** Only headers of events were seen: parent unknown, program unknown. */
    STRAY,
    /** The program is the parent's: nothing is lost when this entry is forgotten. */
    INHERITED,
    /** An exec or the bootstrap named the program. */
    NAMED
  }

  private static final int MOST_ARGUMENTS = 1 << 20;

  final long startBoottimeNanos;
  final int tgid;
  long parentStartBoottimeNanos;
  int parentTgid;
  Origin origin = Origin.STRAY;
  boolean alive = true;

  // Owned by the table.
  int children;
  boolean touched = true;
  ProcessEntry older;
  ProcessEntry newer;
  ProcessQueue queue;

  private int uid;
  private long cgroupId;
  private int device;
  private long inode;
  private int execFlags;
  private String comm = "";
  private String path = "";
  private List<String> arguments = List.of();
  private String directory = "";

  // Made when first asked for, dropped when out of date.
  private ProcessInfo info;
  private String argumentText;
  private String commandLine;

  ProcessEntry(long startBoottimeNanos, int tgid) {
    this.startBoottimeNanos = startBoottimeNanos;
    this.tgid = tgid;
  }

  /** Takes over what every event tells about its actor. */
  void see(EventView view) {
    touched = true;
    if (uid != view.uid() || cgroupId != view.cgroupId()) {
      uid = view.uid();
      cgroupId = view.cgroupId();
      info = null;
    }
  }

  /** The process runs another program now. */
  void exec(EventView view) {
    origin = Origin.NAMED;
    device = view.device();
    inode = view.inode();
    execFlags = view.execFlags();
    comm = view.comm();
    path = view.path();
    arguments = view.arguments();
    directory = withSlash(view.directory());
    forgetTexts();
  }

  /** What the process would be if it had been let run another program; no entry of the table. */
  ProcessEntry attempting(EventView view) {
    ProcessEntry attempt = new ProcessEntry(startBoottimeNanos, tgid);
    attempt.parentStartBoottimeNanos = parentStartBoottimeNanos;
    attempt.parentTgid = parentTgid;
    attempt.uid = uid;
    attempt.cgroupId = cgroupId;
    attempt.exec(view);
    return attempt;
  }

  /** The process runs what its parent runs. */
  void inherit(ProcessEntry parent) {
    origin = parent.origin == Origin.STRAY ? Origin.STRAY : Origin.INHERITED;
    uid = parent.uid;
    cgroupId = parent.cgroupId;
    device = parent.device;
    inode = parent.inode;
    execFlags = parent.execFlags;
    comm = parent.comm;
    path = parent.path;
    arguments = parent.arguments;
    directory = parent.directory;
    forgetTexts();
  }

  /** All is as the bootstrap found it. */
  void take(ProcessInfo found) {
    origin = Origin.NAMED;
    uid = found.uid();
    cgroupId = found.cgroupId();
    device = found.executable().device();
    inode = found.executable().inode();
    execFlags = found.execFlags();
    comm = found.comm();
    path = found.path();
    arguments = found.arguments();
    directory = ""; // As it was at the exec: nobody knows that any more.
    forgetTexts();
  }

  private static String withSlash(String directory) {
    return directory.isEmpty() || directory.endsWith("/") ? directory : directory + "/";
  }

  /** For a process whose program is unknown: at least the name that its event carries. */
  void nameFrom(EventView view) {
    if (comm.isEmpty()) {
      comm = view.comm();
      info = null;
    }
  }

  private void forgetTexts() {
    info = null;
    argumentText = null;
    commandLine = null;
  }

  int uid() {
    return uid;
  }

  long inode() {
    return inode;
  }

  int device() {
    return device;
  }

  int execFlags() {
    return execFlags;
  }

  String comm() {
    return comm;
  }

  String path() {
    return path;
  }

  List<String> arguments() {
    return arguments;
  }

  /** Working directory at the exec, with a slash at its end; empty when it is not known. */
  String directory() {
    return directory;
  }

  /** The arguments after the first, joined by one space. */
  String argumentText() {
    if (argumentText == null) {
      argumentText =
          arguments.size() < 2 ? "" : String.join(" ", arguments.subList(1, arguments.size()));
    }
    return argumentText;
  }

  /** Name and arguments, joined by one space. */
  String commandLine() {
    if (commandLine == null) {
      String rest = argumentText();
      commandLine = rest.isEmpty() ? comm : comm + " " + rest;
    }
    return commandLine;
  }

  /** A copy of what is known now; the same object until something changes. */
  ProcessInfo info() {
    if (info == null) {
      info =
          new ProcessInfo(
              new ProcessKey(startBoottimeNanos, tgid),
              parentTgid == 0
                  ? ProcessKey.NONE
                  : new ProcessKey(parentStartBoottimeNanos, parentTgid),
              uid,
              cgroupId,
              new FileIdentity(device, inode),
              execFlags,
              comm,
              path,
              arguments);
    }
    return info;
  }

  void parent(long startBoottimeNanos, int tgid) {
    parentStartBoottimeNanos = startBoottimeNanos;
    parentTgid = tgid;
    info = null;
  }

  /** All that is known, without its place in the table. */
  void write(DataOutput out) throws IOException {
    out.writeLong(startBoottimeNanos);
    out.writeInt(tgid);
    out.writeLong(parentStartBoottimeNanos);
    out.writeInt(parentTgid);
    out.writeByte(origin.ordinal());
    out.writeBoolean(alive);
    out.writeBoolean(touched);
    out.writeInt(children);
    out.writeInt(uid);
    out.writeLong(cgroupId);
    ContractCodec.writeFile(new FileIdentity(device, inode), out);
    out.writeInt(execFlags);
    ContractCodec.writeText(comm, out);
    ContractCodec.writeText(path, out);
    out.writeInt(arguments.size());
    for (String argument : arguments) {
      ContractCodec.writeText(argument, out);
    }
  }

  static ProcessEntry read(DataInput in) throws IOException {
    ProcessEntry entry = new ProcessEntry(in.readLong(), in.readInt());
    entry.parentStartBoottimeNanos = in.readLong();
    entry.parentTgid = in.readInt();
    entry.origin = ContractCodec.readEnum(in, Origin.values());
    entry.alive = in.readBoolean();
    entry.touched = in.readBoolean();
    entry.children = in.readInt();
    entry.uid = in.readInt();
    entry.cgroupId = in.readLong();
    FileIdentity file = ContractCodec.readFile(in);
    entry.device = file.device();
    entry.inode = file.inode();
    entry.execFlags = in.readInt();
    entry.comm = ContractCodec.readText(in);
    entry.path = ContractCodec.readText(in);
    int count = in.readInt();
    if (count < 0 || count > MOST_ARGUMENTS) {
      throw new StreamCorruptedException(count + " arguments of a process: damaged state");
    }
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      arguments.add(ContractCodec.readText(in));
    }
    entry.arguments = List.copyOf(arguments);
    return entry;
  }
}
