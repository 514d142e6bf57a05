/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.DetectorArming;
import io.ringward.kernel.DetectorArming.State;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Keeps a rule or model that has gone wrong from taking the host down: one that would suddenly hit
 * many distinct process trees or cgroups is disarmed, and not obeyed. After a quiet time it is
 * armed again, on probation; when it does so again it is dismantled, until an operator arms it.
 *
 * <p>Only first verdicts on a subject count, from throttle up: renewals and escalations on those
 * that are known are no sudden spread. The idea is that of the kill disarmer in Datadog's workload
 * security agent; what counts as distinct is our own, see {@link DetectorRecord}.
 *
 * <p>Single-threaded; time is event time. Bounded: at most {@value #MOST_DETECTORS} rules and
 * models are followed, of those that are armed the one used least recently is forgotten first.
 */
public final class Disarmer {
  /** Rules and models followed at most. */
  public static final int MOST_DETECTORS = 512;

  private static final int VERSION = 1;

  private final LinkedHashMap<String, DetectorRecord> records =
      new LinkedHashMap<>(16, 0.75f, true);
  private long disarmed;
  private long dismantled;

  /** What became of a wanted verdict. */
  public enum Answer {
    /** It may be given. */
    OBEY,
    /** Its rule or model is not obeyed. */
    STOPPED,
    /** This very verdict was one too many: the rule or model is stopped from now on. */
    STOPPED_NOW
  }

  /**
   * Counts a first verdict on a subject.
   *
   * @param process the subject
   * @param tree the root of the tree that it belongs to
   */
  Answer ask(
      Finding finding, ProcessInfo process, ProcessKey tree, DisarmPolicy policy, long nowNanos) {
    DetectorRecord record = records.get(finding.detector());
    if (record == null) {
      makeRoom();
      record = new DetectorRecord(finding.source(), finding.detector());
      records.put(finding.detector(), record);
    }
    boolean exceeds = record.exceeds(process, tree, policy, nowNanos);
    if (record.state() != State.ARMED) {
      return Answer.STOPPED;
    }
    if (!exceeds) {
      return Answer.OBEY;
    }
    record.stop(policy, nowNanos);
    if (record.state() == State.DISMANTLED) {
      dismantled++;
    } else {
      disarmed++;
    }
    return Answer.STOPPED_NOW;
  }

  /** Whether a rule or model is not obeyed, and why. */
  Optional<String> why(String detector, DisarmPolicy policy, long nowNanos) {
    DetectorRecord record = records.get(detector);
    if (record == null) {
      return Optional.empty();
    }
    return switch (record.state()) {
      case ARMED -> Optional.empty();
      case DISARMED ->
          Optional.of(
              "disarmed: it hit too many at once; armed again after "
                  + Durations.text(Math.max(0, record.arming(policy).untilNanos() - nowNanos))
                  + " of quiet");
      case DISMANTLED ->
          Optional.of("dismantled: it hit too many at once, again; an operator has to re-arm it");
    };
  }

  /** Whom a stopped one hit, for people. */
  String names(String detector) {
    DetectorRecord record = records.get(detector);
    return record == null ? "" : record.names();
  }

  Optional<DetectorArming> arming(String detector, DisarmPolicy policy) {
    return Optional.ofNullable(records.get(detector)).map(record -> record.arming(policy));
  }

  /** Passes time: arms again what has been quiet, and says which. */
  List<DetectorArming> onTick(DisarmPolicy policy, long nowNanos) {
    List<DetectorArming> armed = List.of();
    Iterator<DetectorRecord> all = records.values().iterator();
    while (all.hasNext()) {
      DetectorRecord record = all.next();
      if (record.mayReturn(policy, nowNanos)) {
        record.arm(true, nowNanos);
        if (armed.isEmpty()) {
          armed = new ArrayList<>();
        }
        armed.add(record.arming(policy));
      } else if (record.isOver(policy, nowNanos)) {
        all.remove();
      }
    }
    return armed;
  }

  /**
   * An operator arms one again, with a clean record.
   *
   * @return false when it was armed
   */
  boolean rearm(String detector, long nowNanos) {
    DetectorRecord record = records.get(detector);
    if (record == null || record.state() == State.ARMED) {
      return false;
    }
    record.arm(false, nowNanos);
    return true;
  }

  /** New rules are in force: what was held against the old ones is forgotten. */
  boolean forgetRules() {
    return records.values().removeIf(record -> record.source() == Finding.Source.RULE);
  }

  /** All that are not obeyed. */
  List<DetectorArming> stopped(DisarmPolicy policy) {
    return records.values().stream()
        .filter(record -> record.state() != State.ARMED)
        .map(record -> record.arming(policy))
        .toList();
  }

  /** How often one was disarmed. */
  long disarmed() {
    return disarmed;
  }

  /** How often one was dismantled. */
  long dismantled() {
    return dismantled;
  }

  /** In another boot: what is dismantled stays so, the rest begins anew. */
  void afterBoot() {
    records.values().removeIf(record -> record.state() != State.DISMANTLED);
    records.values().forEach(DetectorRecord::rebase);
  }

  private void makeRoom() {
    if (records.size() < MOST_DETECTORS) {
      return;
    }
    Iterator<DetectorRecord> oldest = records.values().iterator();
    while (oldest.hasNext()) {
      if (oldest.next().state() == State.ARMED) {
        oldest.remove();
        return;
      }
    }
    records.pollFirstEntry();
  }

  void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(disarmed);
    out.writeLong(dismantled);
    out.writeShort(records.size());
    for (DetectorRecord record : records.values()) {
      record.write(out);
    }
  }

  static Disarmer read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "a disarmer of version " + version + ": this Ringward reads version " + VERSION);
    }
    Disarmer disarmer = new Disarmer();
    disarmer.disarmed = in.readLong();
    disarmer.dismantled = in.readLong();
    int size = in.readUnsignedShort();
    if (size > MOST_DETECTORS) {
      throw new StreamCorruptedException(size + " detectors: damaged state");
    }
    for (int i = 0; i < size; i++) {
      DetectorRecord record = DetectorRecord.read(in);
      disarmer.records.put(record.detector(), record);
    }
    return disarmer;
  }
}
