/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.DetectorArming;
import io.ringward.kernel.DetectorArming.State;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the disarmer keeps of one rule or model: whom it has hit lately, and whether it is obeyed. A
 * hit counts when it is of another tree or cgroup <em>and</em> of another program than those that
 * count already, so that copies of one binary, and one tree that runs many, count once. Bounded by
 * the limit: what comes when that many count changes nothing but the time of the last excess.
 */
final class DetectorRecord {
  private static final int NAMED = 5;
  private static final int NAME_CHARACTERS = 80;

  private final Finding.Source source;
  private final String detector;
  private final Deque<Hit> hits = new ArrayDeque<>();
  private State state = State.ARMED;
  private int hitsWhenStopped;
  private long sinceNanos;
  private long lastExcessNanos;
  private long rearmedNanos;

  /**
   * One that counts.
   *
   * @param tree the root of an old tree, or {@link ProcessKey#NONE} when the cgroup counts
   */
  private record Hit(
      long timeNanos, ProcessKey tree, long cgroup, FileIdentity program, String name) {
    boolean sharesWith(Hit other) {
      boolean sameUnit =
          tree.isPresent()
              ? tree.equals(other.tree)
              : !other.tree.isPresent() && cgroup == other.cgroup;
      return sameUnit || program.equals(other.program);
    }

    void write(DataOutput out) throws IOException {
      out.writeLong(timeNanos);
      ContractCodec.writeKey(tree, out);
      out.writeLong(cgroup);
      ContractCodec.writeFile(program, out);
      ContractCodec.writeText(name, out);
    }

    static Hit read(DataInput in) throws IOException {
      return new Hit(
          in.readLong(),
          ContractCodec.readKey(in),
          in.readLong(),
          ContractCodec.readFile(in),
          ContractCodec.readText(in));
    }
  }

  DetectorRecord(Finding.Source source, String detector) {
    this.source = source;
    this.detector = detector;
  }

  Finding.Source source() {
    return source;
  }

  String detector() {
    return detector;
  }

  State state() {
    return state;
  }

  /**
   * Counts a verdict that was wanted.
   *
   * @return whether there are more than the policy allows
   */
  boolean exceeds(ProcessInfo process, ProcessKey tree, DisarmPolicy policy, long nowNanos) {
    while (!hits.isEmpty() && nowNanos - hits.peekFirst().timeNanos() >= policy.windowNanos()) {
      hits.removeFirst();
    }
    // Trees that were made just now cost whoever makes them nothing: their cgroup counts.
    boolean old = nowNanos - tree.startBoottimeNanos() >= policy.windowNanos();
    Hit hit =
        new Hit(
            nowNanos,
            old ? tree : ProcessKey.NONE,
            process.cgroupId(),
            process.executable(),
            name(process));
    if (hits.size() <= policy.limit() && hits.stream().noneMatch(hit::sharesWith)) {
      hits.addLast(hit);
    }
    boolean exceeded = hits.size() > policy.limit();
    if (exceeded) {
      lastExcessNanos = nowNanos;
    }
    return exceeded;
  }

  /** Stops it: for a while, or for good when it was stopped and armed again lately. */
  void stop(DisarmPolicy policy, long nowNanos) {
    boolean again = rearmedNanos != 0 && nowNanos - rearmedNanos < policy.probationNanos();
    state = again ? State.DISMANTLED : State.DISARMED;
    hitsWhenStopped = hits.size();
    sinceNanos = nowNanos;
  }

  /** Whether its quiet time is over. */
  boolean mayReturn(DisarmPolicy policy, long nowNanos) {
    return state == State.DISARMED && nowNanos - lastExcessNanos >= policy.quietNanos();
  }

  /**
   * Arms it again.
   *
   * @param onProbation whether the next time dismantles it
   */
  void arm(boolean onProbation, long nowNanos) {
    state = State.ARMED;
    sinceNanos = nowNanos;
    rearmedNanos = onProbation ? nowNanos : 0;
    hits.clear();
  }

  /** Whether nothing is left to remember. */
  boolean isOver(DisarmPolicy policy, long nowNanos) {
    return state == State.ARMED
        && (hits.isEmpty() || nowNanos - hits.peekLast().timeNanos() >= policy.windowNanos())
        && (rearmedNanos == 0 || nowNanos - rearmedNanos >= policy.probationNanos());
  }

  DetectorArming arming(DisarmPolicy policy) {
    return new DetectorArming(
        source,
        detector,
        state,
        hitsWhenStopped,
        sinceNanos,
        state == State.DISARMED ? lastExcessNanos + policy.quietNanos() : 0);
  }

  /** Whom it hit, for people. */
  String names() {
    List<String> names = new ArrayList<>();
    for (Hit hit : hits) {
      if (names.size() == NAMED) {
        names.add("and " + (hits.size() - NAMED) + " more");
        break;
      }
      names.add(hit.name());
    }
    return String.join(", ", names);
  }

  /** The same as if this boot began now: what is dismantled stays so, the rest is over. */
  void rebase() {
    hits.clear();
    sinceNanos = 0;
    lastExcessNanos = 0;
    rearmedNanos = 0;
  }

  private static String name(ProcessInfo process) {
    String name = process.path().isEmpty() ? process.comm() : process.path();
    String text = name.length() > NAME_CHARACTERS ? name.substring(0, NAME_CHARACTERS) + "…" : name;
    return text + " (pid " + process.key().tgid() + ", cgroup " + process.cgroupId() + ")";
  }

  void write(DataOutput out) throws IOException {
    out.writeByte(source.ordinal());
    ContractCodec.writeText(detector, out);
    out.writeByte(state.ordinal());
    out.writeInt(hitsWhenStopped);
    out.writeLong(sinceNanos);
    out.writeLong(lastExcessNanos);
    out.writeLong(rearmedNanos);
    ContractCodec.writeList(List.copyOf(hits), Hit::write, out);
  }

  static DetectorRecord read(DataInput in) throws IOException {
    DetectorRecord read =
        new DetectorRecord(
            ContractCodec.readEnum(in, Finding.Source.values()), ContractCodec.readText(in));
    read.state = ContractCodec.readEnum(in, State.values());
    read.hitsWhenStopped = in.readInt();
    read.sinceNanos = in.readLong();
    read.lastExcessNanos = in.readLong();
    read.rearmedNanos = in.readLong();
    List<Hit> hits = ContractCodec.readList(in, Hit::read);
    if (hits.size() > DisarmPolicy.MOST_HITS + 1) {
      throw new StreamCorruptedException(hits.size() + " hits of a detector: damaged state");
    }
    read.hits.addAll(hits);
    return read;
  }
}
