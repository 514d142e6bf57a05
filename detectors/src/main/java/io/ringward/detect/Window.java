/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessKey;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * What is counted for one process, tree or program, second after second. Pooled by {@link
 * WindowTable}: fields of a window that was given back mean nothing, and {@link #generation} tells
 * a reused one from the one that was meant.
 */
final class Window {
  static final int FIRST_EARLY = 64;

  private static final int PROGRAM_BITS = 256;
  private static final int DESTINATION_BITS = 2048;
  private static final int PORT_BITS = 1024;

  // The key and the table's links.
  long keyHigh;
  int keyLow;
  Scope scope = Scope.PROCESS;
  int generation;
  Window nextInBucket;
  Window newer;
  Window older;

  /** Its place among the windows that are being written or read. */
  int position;

  // What outlasts a second.
  ProgramKey program;
  int childrenAlive;
  Window parent;
  int parentGeneration;
  Window anchor;
  int anchorGeneration;
  long topStart;
  int topTgid;
  long onCpuNanos = -1;
  long waitNanos;
  long sampledNanos;
  double onCpuShare;
  double waitMillisPerSecond;

  // What this second counted.
  boolean active;
  boolean listed;
  long firstNanos;
  int events;
  int nextEarly;
  int execs;
  int forks;
  int exits;
  int connects;
  int binds;
  int failures;
  int refusals;
  private LinearCounter programs;
  private LinearCounter destinations;
  private LinearCounter ports;

  // Who made most of the events (Boyer and Moore's majority vote).
  private long candidateStart;
  private int candidateTgid;
  private int votes;

  boolean hasKey(Scope scope, long high, int low) {
    return keyHigh == high && keyLow == low && this.scope == scope;
  }

  /** Prepares a window out of the pool for a new key. */
  void open(Scope scope, long high, int low) {
    this.scope = scope;
    keyHigh = high;
    keyLow = low;
    generation++;
    program = null;
    childrenAlive = 0;
    parent = null;
    anchor = null;
    topStart = high;
    topTgid = low;
    onCpuNanos = -1;
    waitNanos = 0;
    sampledNanos = 0;
    onCpuShare = 0;
    waitMillisPerSecond = 0;
    candidateStart = 0;
    candidateTgid = 0;
    clear();
  }

  /** Begins the next second. */
  void clear() {
    active = false;
    events = 0;
    nextEarly = FIRST_EARLY;
    execs = 0;
    forks = 0;
    exits = 0;
    connects = 0;
    binds = 0;
    failures = 0;
    refusals = 0;
    votes = 0;
    if (programs != null) {
      programs.clear();
    }
    if (destinations != null) {
      destinations.clear();
      ports.clear();
    }
  }

  void program(FileIdentity executable) {
    program = new ProgramKey(executable, scope);
  }

  /** The live parent's window, or null. */
  Window parent() {
    return parent != null && parent.generation == parentGeneration ? parent : null;
  }

  void parent(Window window) {
    parent = window;
    parentGeneration = window.generation;
  }

  /** The window of the tree that a young process counts to, or null. */
  Window anchor() {
    return anchor != null && anchor.generation == anchorGeneration ? anchor : null;
  }

  void anchor(Window tree) {
    anchor = tree;
    anchorGeneration = tree.generation;
  }

  void addExec(long fileHash) {
    execs++;
    if (programs == null) {
      programs = new LinearCounter(PROGRAM_BITS);
    }
    programs.add(fileHash);
  }

  void addExit(boolean failed) {
    exits++;
    if (failed) {
      failures++;
    }
  }

  void addConnect(long addressHash, long portHash, boolean refused) {
    connects++;
    if (refused) {
      refusals++;
    }
    if (destinations == null) {
      destinations = new LinearCounter(DESTINATION_BITS);
      ports = new LinearCounter(PORT_BITS);
    }
    destinations.add(addressHash);
    ports.add(portHash);
  }

  void addBind(boolean refused) {
    binds++;
    if (refused) {
      refusals++;
    }
  }

  /** One more event of a member. */
  void vote(long start, int tgid) {
    if (votes == 0) {
      candidateStart = start;
      candidateTgid = tgid;
      votes = 1;
    } else if (candidateStart == start && candidateTgid == tgid) {
      votes++;
    } else {
      votes--;
    }
  }

  /**
   * The member that surely made at least half of the events, or null: the vote's margin is a lower
   * bound of its count.
   */
  ProcessKey majority() {
    return votes > 0 && 2L * votes >= events ? new ProcessKey(candidateStart, candidateTgid) : null;
  }

  /** Whoever led the vote last, or {@link ProcessKey#NONE} before the first. */
  ProcessKey candidate() {
    return new ProcessKey(candidateStart, candidateTgid);
  }

  /** All values as of a time; a processor share counts until its sample is two seconds old. */
  double[] values(long now) {
    boolean sampled = now - sampledNanos < 2 * ProcessWindows.WINDOW_NANOS;
    double[] values = new double[Feature.COUNT];
    values[Feature.EXECS.index()] = execs;
    values[Feature.FORKS.index()] = forks;
    values[Feature.EXITS.index()] = exits;
    values[Feature.CONNECTS.index()] = connects;
    values[Feature.BINDS.index()] = binds;
    values[Feature.CHILD_PROGRAMS.index()] = distinct(programs, execs);
    values[Feature.DESTINATIONS.index()] = distinct(destinations, connects);
    values[Feature.DESTINATION_PORTS.index()] = distinct(ports, connects);
    values[Feature.CHILD_FAILURES.index()] = failures;
    values[Feature.REFUSALS.index()] = refusals;
    values[Feature.ON_CPU_SHARE.index()] = sampled ? onCpuShare : 0;
    values[Feature.RUN_QUEUE_WAIT.index()] = sampled ? waitMillisPerSecond : 0;
    values[Feature.CHILDREN_ALIVE.index()] = childrenAlive;
    return values;
  }

  /** There are never more distinct things than things. */
  private static double distinct(LinearCounter counter, int count) {
    return counter == null ? 0 : Math.min(counter.estimate(), count);
  }

  /** All but the key; other windows by their {@link #position}. */
  void write(DataOutput out) throws IOException {
    program.write(out);
    out.writeInt(childrenAlive);
    out.writeInt(parent() == null ? -1 : parent.position);
    out.writeInt(anchor() == null ? -1 : anchor.position);
    out.writeLong(topStart);
    out.writeInt(topTgid);
    out.writeLong(onCpuNanos);
    out.writeLong(waitNanos);
    out.writeLong(sampledNanos);
    out.writeDouble(onCpuShare);
    out.writeDouble(waitMillisPerSecond);
    out.writeBoolean(active);
    out.writeBoolean(listed);
    out.writeLong(candidateStart);
    out.writeInt(candidateTgid);
    if (active) {
      out.writeLong(firstNanos);
      for (int count :
          new int[] {
            events, nextEarly, execs, forks, exits, connects, binds, failures, refusals, votes
          }) {
        out.writeInt(count);
      }
      counter(programs, out);
      counter(destinations, out);
      counter(ports, out);
    }
  }

  /** Takes over what {@link #write} wrote into a window that was just opened for its key. */
  void read(DataInput in, List<Window> windows) throws IOException {
    program = ProgramKey.read(in);
    childrenAlive = in.readInt();
    int at = in.readInt();
    if (at >= 0) {
      parent(windows.get(at));
    }
    at = in.readInt();
    if (at >= 0) {
      anchor(windows.get(at));
    }
    topStart = in.readLong();
    topTgid = in.readInt();
    onCpuNanos = in.readLong();
    waitNanos = in.readLong();
    sampledNanos = in.readLong();
    onCpuShare = in.readDouble();
    waitMillisPerSecond = in.readDouble();
    active = in.readBoolean();
    listed = in.readBoolean();
    candidateStart = in.readLong();
    candidateTgid = in.readInt();
    if (active) {
      firstNanos = in.readLong();
      events = in.readInt();
      nextEarly = in.readInt();
      execs = in.readInt();
      forks = in.readInt();
      exits = in.readInt();
      connects = in.readInt();
      binds = in.readInt();
      failures = in.readInt();
      refusals = in.readInt();
      votes = in.readInt();
      if (in.readBoolean()) {
        programs = new LinearCounter(PROGRAM_BITS);
        programs.read(in);
      }
      if (in.readBoolean()) {
        destinations = new LinearCounter(DESTINATION_BITS);
        destinations.read(in);
      }
      if (in.readBoolean()) {
        ports = new LinearCounter(PORT_BITS);
        ports.read(in);
      }
    }
  }

  private static void counter(LinearCounter counter, DataOutput out) throws IOException {
    out.writeBoolean(counter != null);
    if (counter != null) {
      counter.write(out);
    }
  }
}
