/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.kernel.EventView;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.ProcessInfo;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;

/**
 * All processes of the host, kept from the events: identity, program, parent, credentials.
 *
 * <p><b>Bounded.</b> The dead are kept for a while, because events of two rings may arrive in the
 * wrong order, and for as long as a descendant in the table needs them as an ancestor; each group
 * has a limit, and its oldest are forgotten first. When the living alone fill the table, those go
 * first whose facts come from their parent and can be had again from there, so that a fork bomb
 * does not push out what is known of everybody else; then those that have been silent.
 *
 * <p>Used by one thread. Looking at an event of a known process allocates nothing.
 */
final class ProcessTable {
  /** How far ancestry is followed. */
  static final int MOST_ANCESTORS = 32;

  private final int capacity;
  private final int deadCapacity;
  private final ProcessIndex index = new ProcessIndex();

  /** The dead that nobody in the table names as parent. */
  private final ProcessQueue deadLeaves = new ProcessQueue();

  /** The dead that somebody in the table names as parent. */
  private final ProcessQueue deadParents = new ProcessQueue();

  private long forgottenAlive;

  /**
   * @param capacity most entries, at least 16
   */
  ProcessTable(int capacity) {
    if (capacity < 16) {
      throw new IllegalArgumentException("a process table holds at least 16, not " + capacity);
    }
    this.capacity = capacity;
    this.deadCapacity = capacity / 4;
  }

  /** Entries now, living and dead. */
  int size() {
    return index.size();
  }

  /** Entries of dead processes now. */
  int dead() {
    return deadLeaves.size() + deadParents.size();
  }

  /** How often a living process had to be forgotten: the capacity is too small for this host. */
  long forgottenAlive() {
    return forgottenAlive;
  }

  /** The entry of a process, or null. */
  ProcessEntry find(long startBoottimeNanos, int tgid) {
    return index.find(startBoottimeNanos, tgid);
  }

  /** The entry of a process's parent, or null when it is not known. */
  ProcessEntry parent(ProcessEntry entry) {
    return entry.parentTgid == 0
        ? null
        : index.find(entry.parentStartBoottimeNanos, entry.parentTgid);
  }

  /** Copies of the ancestors, parent first. Allocates. */
  List<ProcessInfo> ancestry(ProcessEntry entry) {
    List<ProcessInfo> ancestors = new ArrayList<>();
    for (ProcessEntry at = parent(entry);
        at != null && ancestors.size() < MOST_ANCESTORS;
        at = parent(at)) {
      ancestors.add(at.info());
    }
    return ancestors;
  }

  /** A process that ran before the feed was opened. */
  void bootstrap(ProcessInfo found) {
    ProcessEntry entry =
        findOrAdd(
            found.key().startBoottimeNanos(),
            found.key().tgid(),
            found.parent().startBoottimeNanos(),
            found.parent().tgid());
    if (entry.origin != ProcessEntry.Origin.NAMED) {
      entry.take(found);
    }
  }

  /**
   * Takes an event into the table.
   *
   * @return the entry of who acted, as it is after the event
   */
  ProcessEntry see(EventView view) {
    ProcessEntry actor = index.find(view.startBoottimeNanos(), view.tgid());
    if (actor == null) {
      actor = addStray(view);
    }
    actor.see(view);
    switch (view.kind()) {
      case EXEC -> {
        if (!ExecFlag.REFUSED.in(view.execFlags())) {
          actor.exec(view);
        }
      }
      case FORK -> fork(actor, view);
      case EXIT -> exit(actor);
      case CONNECT, BIND, ACT, FILE -> {
        if (actor.origin == ProcessEntry.Origin.STRAY) {
          actor.nameFrom(view);
        }
      }
      case ENFORCEMENT, SYSCALLS -> {
        // Tells nothing about the process but its header.
      }
    }
    return actor;
  }

  private ProcessEntry addStray(EventView view) {
    ProcessEntry parent = index.find(view.parentStartBoottimeNanos(), view.parentTgid());
    ProcessEntry entry =
        findOrAdd(
            view.startBoottimeNanos(),
            view.tgid(),
            view.parentStartBoottimeNanos(),
            view.parentTgid());
    if (parent != null) {
      entry.inherit(parent);
    }
    return entry;
  }

  private void fork(ProcessEntry parent, EventView view) {
    ProcessEntry child = index.find(view.childStartBoottimeNanos(), view.childTgid());
    if (child == null) {
      child =
          findOrAdd(
              view.childStartBoottimeNanos(),
              view.childTgid(),
              parent.startBoottimeNanos,
              parent.tgid);
      child.inherit(parent);
      return;
    }
    // An event of the child came first, from the other ring.
    adopt(child, parent.startBoottimeNanos, parent.tgid);
    if (child.origin == ProcessEntry.Origin.STRAY) {
      child.inherit(parent);
    }
  }

  private void exit(ProcessEntry entry) {
    if (!entry.alive) {
      return;
    }
    entry.alive = false;
    enqueueDead(entry);
    trimDead();
  }

  private void enqueueDead(ProcessEntry entry) {
    (entry.children == 0 ? deadLeaves : deadParents).add(entry);
  }

  private void trimDead() {
    while (deadLeaves.size() > deadCapacity) {
      forget(deadLeaves.oldest());
    }
    while (deadParents.size() > deadCapacity) {
      forget(deadParents.oldest());
    }
  }

  private ProcessEntry findOrAdd(long start, int tgid, long parentStart, int parentTgid) {
    ProcessEntry entry = index.find(start, tgid);
    if (entry != null) {
      adopt(entry, parentStart, parentTgid);
      return entry;
    }
    while (index.size() >= capacity) {
      makeRoom();
    }
    entry = new ProcessEntry(start, tgid);
    index.add(entry);
    adopt(entry, parentStart, parentTgid);
    return entry;
  }

  private void makeRoom() {
    if (deadLeaves.size() > 0) {
      forget(deadLeaves.oldest());
    } else if (deadParents.size() > 0) {
      forget(deadParents.oldest());
    } else {
      forgottenAlive++;
      ProcessEntry victim = index.nextInherited();
      forget(victim != null ? victim : index.nextUntouched());
    }
  }

  /** Gives an entry its parent and keeps the parent's count of children. */
  private void adopt(ProcessEntry entry, long parentStart, int parentTgid) {
    if (entry.parentStartBoottimeNanos == parentStart && entry.parentTgid == parentTgid) {
      return;
    }
    abandon(entry);
    entry.parent(parentStart, parentTgid);
    ProcessEntry parent = parent(entry);
    if (parent != null) {
      parent.children++;
      requeue(parent);
    }
  }

  private void abandon(ProcessEntry entry) {
    ProcessEntry parent = parent(entry);
    // A parent that was forgotten and seen again has lost count: never below nothing.
    if (parent != null && parent.children > 0) {
      parent.children--;
      requeue(parent);
    }
  }

  private void requeue(ProcessEntry dead) {
    if (dead.queue != null) {
      dead.queue.remove(dead);
      enqueueDead(dead);
    }
  }

  private void forget(ProcessEntry entry) {
    if (entry.queue != null) {
      entry.queue.remove(entry);
    }
    abandon(entry);
    index.remove(entry);
  }

  /** Writes all that is known, for another table of the same capacity to go on from. */
  void write(DataOutput out) throws IOException {
    out.writeLong(forgottenAlive);
    index.write(out);
    write(deadLeaves, out);
    write(deadParents, out);
  }

  /** Goes on from what {@link #write} wrote; all that was here is forgotten. */
  void read(DataInput in) throws IOException {
    forgottenAlive = in.readLong();
    index.read(in);
    if (index.size() > capacity) {
      throw new StreamCorruptedException(
          index.size() + " processes do not fit in a table of " + capacity + ": damaged state");
    }
    read(deadLeaves, in);
    read(deadParents, in);
  }

  private static void write(ProcessQueue queue, DataOutput out) throws IOException {
    out.writeInt(queue.size());
    for (ProcessEntry at = queue.oldest(); at != null; at = at.newer) {
      out.writeLong(at.startBoottimeNanos);
      out.writeInt(at.tgid);
    }
  }

  private void read(ProcessQueue queue, DataInput in) throws IOException {
    queue.clear();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      ProcessEntry entry = index.find(in.readLong(), in.readInt());
      if (entry == null || entry.queue != null) {
        throw new StreamCorruptedException("a dead process that is not there: damaged state");
      }
      queue.add(entry);
    }
  }
}
