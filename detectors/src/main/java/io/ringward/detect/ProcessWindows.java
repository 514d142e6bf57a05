/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.Decision;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.EventView;
import io.ringward.kernel.ExitView;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.KernelSample.ProcessAccount;
import io.ringward.kernel.ProcessKey;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Turns the stream of events into vectors: the accumulator of the ordered stage.
 *
 * <p><b>Windows</b> are seconds of event time, [k s, (k + 1) s) of {@code CLOCK_BOOTTIME}. They
 * close when an event or {@link #closeWindows} shows that the second is over, so a replay closes
 * them where the live run did. A vector is sent for each process that did something or ran for
 * {@value #BUSY_PERCENT} % of a core; who is idle has none. Within the second, each time that a
 * window's events reach a power of two from {@value Window#FIRST_EARLY} on, a {@link
 * FeatureVector.Flag#PARTIAL} vector is sent at once.
 *
 * <p><b>Young processes</b>, under one second old, mostly do not live to see their window close.
 * What they do also counts to a {@link Scope#TREE} window, of their nearest ancestor that was older
 * than that when it forked (so that a storm whose every process forks but twice is seen), and to a
 * {@link Scope#PROGRAM} window of the file that they run.
 *
 * <p><b>Attribution</b>: forks, connects and binds count to who does them; execs and exits of a
 * child count to its parent, since a loop that starts programs is what a storm is made of.
 *
 * <p>Single-threaded. Bounded: the windows that are used least recently are given up and counted.
 * No event allocates; a new process or program may, as long as the pool grows.
 */
public final class ProcessWindows {
  /** The length of a window, and the age from which a process is not young any more. */
  public static final long WINDOW_NANOS = 1_000_000_000L;

  /** A process without events has a vector when it ran for so many percent of a core. */
  public static final int BUSY_PERCENT = 5;

  /** How many windows are held unless said otherwise: about 5 MB. */
  public static final int DEFAULT_CAPACITY = 8192;

  private static final int VERSION = 1;

  private final WindowTable table;
  private final Lineage lineage;
  private final VectorSink sink;
  private final long hashSeed;
  private final LossGauge losses = new LossGauge();
  private final List<Window> active = new ArrayList<>();
  private long closesNanos = Long.MIN_VALUE;

  /**
   * @param capacity windows held at most, from 16 on
   * @param hashSeed makes the sketches' hashes this host's own, so that nobody can prepare
   *     addresses that collide; the same in a replay
   */
  public ProcessWindows(int capacity, long hashSeed, ProcessLookup processes, VectorSink sink) {
    this.table = new WindowTable(capacity);
    this.hashSeed = Mixing.mix(hashSeed);
    this.lineage = new Lineage(table, processes);
    this.sink = Objects.requireNonNull(sink);
  }

  /** Counts an event. The process table has taken it before. */
  public void onEvent(EventView event) {
    long now = event.timeNanos();
    if (now >= closesNanos) {
      closeWindows(now);
    }
    switch (event.kind()) {
      case FORK -> onFork(event, now);
      case EXEC -> onExec(event, now);
      case EXIT -> onExit(event, now);
      case CONNECT, BIND -> onSocket(event, now);
      case ACT, FILE -> {
        // Rules look at these.
      }
      case SYSCALLS -> {
        // Not a matter of windows: for the models of sequences.
      }
      case ENFORCEMENT -> {
        // The operation itself came as an event of its own, with the decision.
      }
    }
  }

  /** Takes processor accounts (their growth since the last sample) and the hooks' losses. */
  public void onSample(KernelSample sample) {
    long now = sample.timeNanos();
    if (now >= closesNanos) {
      closeWindows(now);
    }
    losses.onSample(sample);
    for (ProcessAccount entry : sample.processes()) {
      long start = entry.process().startBoottimeNanos();
      int tgid = entry.process().tgid();
      if (lineage.isKnown(start, tgid)) { // Else it is gone, only its account is not.
        takeAccount(lineage.process(start, tgid), entry.account(), now);
      }
    }
  }

  /**
   * Closes the windows whose second is over, and sends their vectors. Called with each tick, and
   * harmless when it is too early.
   */
  public void closeWindows(long nowNanos) {
    if (nowNanos < closesNanos) {
      return;
    }
    long end = closesNanos;
    closesNanos = Math.floorDiv(nowNanos, WINDOW_NANOS) * WINDOW_NANOS + WINDOW_NANOS;
    for (int i = 0; i < active.size(); i++) {
      Window window = active.get(i);
      if (window.active) {
        close(window, end);
      }
    }
    for (int i = 0; i < active.size(); i++) {
      active.get(i).listed = false;
    }
    active.clear();
  }

  /** Whether the kernel lost events between the last two samples. */
  public boolean isDegraded() {
    return losses.losing();
  }

  /** How many windows are held. */
  public int size() {
    return table.size();
  }

  /** How many windows were given up because the table was full. */
  public long evictions() {
    return table.evictions();
  }

  /**
   * Writes all that is counted and remembered, for another one of the same capacity and seed to go
   * on from exactly here.
   */
  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(closesNanos);
    losses.write(out);
    table.write(out);
    out.writeInt(active.size());
    for (Window window : active) {
      out.writeInt(window.position);
    }
  }

  /** Goes on from what {@link #write} wrote; all that was here is forgotten. */
  public void read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "windows of version " + version + ": this Ringward reads version " + VERSION);
    }
    closesNanos = in.readLong();
    losses.read(in);
    List<Window> windows = table.read(in);
    active.clear();
    int listed = in.readInt();
    for (int i = 0; i < listed; i++) {
      int at = in.readInt();
      if (at < 0 || at >= windows.size()) {
        throw new StreamCorruptedException("the list of open windows names none: damaged state");
      }
      active.add(windows.get(at));
    }
  }

  private void onFork(EventView event, long now) {
    Window forker = lineage.process(event.startBoottimeNanos(), event.tgid());
    boolean young = Lineage.isYoung(forker, now);
    Window tree = young ? lineage.tree(forker, event) : lineage.tree(forker);
    lineage.child(event.childStartBoottimeNanos(), event.childTgid(), forker, tree, young);
    forker.forks++;
    forker.childrenAlive++;
    tree.childrenAlive++;
    count(forker, now);
    if (young) {
      tree.forks++;
      countMember(tree, forker, now);
      Window program = lineage.program(forker);
      program.forks++;
      countMember(program, forker, now);
    }
  }

  private void onExec(EventView event, long now) {
    long inode = event.inode();
    int device = event.device();
    long hash = hash(inode, device);
    Window actor = lineage.process(event.startBoottimeNanos(), event.tgid());
    boolean young = Lineage.isYoung(actor, now);
    if (!young && actor.active) {
      send(actor, actor.firstNanos, now, FeatureVector.Flag.ENDED.bit());
      actor.clear();
    }
    FileIdentity before = actor.program.executable();
    if (before.inode() != inode || before.device() != device) {
      actor.program(new FileIdentity(device, inode));
    }
    Window parent = lineage.parent(actor, event);
    if (parent != null) {
      parent.addExec(hash);
      count(parent, now);
    }
    if (young) {
      Window tree = lineage.tree(actor, event);
      tree.addExec(hash);
      countMember(tree, actor, now);
      Window program = lineage.program(actor);
      program.addExec(hash);
      countMember(program, actor, now);
    }
  }

  private void onExit(EventView event, long now) {
    boolean failed = ExitView.exitCode(event) != 0;
    Window actor = lineage.process(event.startBoottimeNanos(), event.tgid());
    Window tree = actor.anchor();
    if (tree != null && tree.childrenAlive > 0) {
      tree.childrenAlive--;
    }
    Window parent = lineage.parent(actor, event);
    if (parent != null) {
      parent.addExit(failed);
      if (parent.childrenAlive > 0) {
        parent.childrenAlive--;
      }
      count(parent, now);
    }
    if (Lineage.isYoung(actor, now)) {
      tree = lineage.tree(actor, event);
      tree.addExit(failed);
      countMember(tree, actor, now);
      Window program = lineage.program(actor);
      program.addExit(failed);
      countMember(program, actor, now);
    } else if (actor.active) {
      send(actor, actor.firstNanos, now, FeatureVector.Flag.ENDED.bit());
    }
    table.close(actor);
  }

  private void onSocket(EventView event, long now) {
    Window actor = lineage.process(event.startBoottimeNanos(), event.tgid());
    add(event, actor);
    count(actor, now);
    if (Lineage.isYoung(actor, now)) {
      Window tree = lineage.tree(actor, event);
      add(event, tree);
      countMember(tree, actor, now);
      Window program = lineage.program(actor);
      add(event, program);
      countMember(program, actor, now);
    }
  }

  private void add(EventView event, Window window) {
    boolean refused = Decision.ofWire(event.decision()) != Decision.ALLOWED;
    if (event.kind() == EventKind.CONNECT) {
      window.addConnect(
          Mixing.mix(event.addressHigh() ^ hashSeed) ^ Mixing.mix(event.addressLow() + hashSeed),
          Mixing.mix(event.port() ^ hashSeed),
          refused);
    } else {
      window.addBind(refused);
    }
  }

  private void takeAccount(Window window, CpuAccount account, long now) {
    long since = window.onCpuNanos < 0 ? window.keyHigh : window.sampledNanos;
    boolean known = window.onCpuNanos >= 0 || Lineage.isYoung(window, now);
    long ran = account.onCpuNanos() - Math.max(0, window.onCpuNanos);
    long waited = account.waitNanos() - window.waitNanos;
    window.onCpuNanos = account.onCpuNanos();
    window.waitNanos = account.waitNanos();
    window.sampledNanos = now;
    window.onCpuShare = 0;
    window.waitMillisPerSecond = 0;
    if (!known || ran < 0 || waited < 0 || now <= since) {
      return; // The first account of an old process, or the kernel began a new one.
    }
    window.onCpuShare = (double) ran / (now - since);
    window.waitMillisPerSecond = 1e3 * waited / (now - since);
    if (window.onCpuShare * 100 >= BUSY_PERCENT) {
      activate(window, now);
    }
  }

  private void countMember(Window window, Window actor, long now) {
    if (window.scope == Scope.TREE) {
      window.vote(actor.topStart, actor.topTgid);
    } else {
      Window tree = actor.anchor();
      if (tree != null) {
        window.vote(tree.keyHigh, tree.keyLow);
      }
    }
    count(window, now);
  }

  private void count(Window window, long now) {
    activate(window, now);
    if (++window.events >= window.nextEarly) {
      window.nextEarly <<= 1;
      send(window, window.firstNanos, now, FeatureVector.Flag.PARTIAL.bit());
    }
  }

  private void activate(Window window, long now) {
    if (!window.active) {
      window.active = true;
      window.firstNanos = now;
      if (!window.listed) {
        window.listed = true;
        active.add(window);
      }
    }
  }

  private void close(Window window, long end) {
    if (window.scope != Scope.PROCESS || !Lineage.isYoung(window, end)) {
      send(window, end - WINDOW_NANOS, end, 0);
    }
    window.clear();
  }

  private void send(Window window, long start, long end, int flags) {
    if (window.scope == Scope.TREE) {
      Window root = table.find(Scope.PROCESS, window.keyHigh, window.keyLow);
      if (root != null && !root.program.executable().equals(window.program.executable())) {
        window.program(root.program.executable());
      }
    }
    int degraded = losses.losing() ? FeatureVector.Flag.DEGRADED.bit() : 0;
    sink.accept(
        new FeatureVector(
            window.program, subject(window), start, end, flags | degraded, window.values(end)));
  }

  /** Whom a finding on this window would be about: somebody who lives, if possible. */
  private ProcessKey subject(Window window) {
    if (window.scope == Scope.PROCESS) {
      return new ProcessKey(window.keyHigh, window.keyLow);
    }
    ProcessKey most = window.majority();
    if (most != null
        && (window.scope == Scope.PROGRAM
            || table.find(Scope.PROCESS, most.startBoottimeNanos(), most.tgid()) != null)) {
      return most;
    }
    return window.scope == Scope.TREE
        ? new ProcessKey(window.keyHigh, window.keyLow)
        : window.candidate();
  }

  private long hash(long inode, int device) {
    return Mixing.mix(Mixing.mix(inode ^ hashSeed) + device);
  }
}
