/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Decides for a whole host: the state of all subjects, the incidents, and the ids of verdicts. One
 * for each machine, since ids are unique on it.
 *
 * <p>A finding is put down to the nearest ancestor whose tree is under a verdict of the same
 * detector, and else to its own process: so a tree that goes on under a throttle escalates as one,
 * whichever of its processes is seen.
 *
 * <p>The caller puts the verdict of a {@link Ruling} in force, releases what it supersedes, and
 * says by {@link #incident} what became of it. Single-threaded. Bounded: of subjects without a
 * verdict the one decided about least recently is forgotten first, and counted.
 */
public final class Decider {
  /** Subjects remembered unless said otherwise. */
  public static final int DEFAULT_SUBJECTS = 4096;

  private static final int VERSION = 1;
  private static final int MOST = 65_536;
  private static final int SWEEP = 64;

  private final int capacity;
  private final IncidentBook incidents;
  private final LinkedHashMap<ProcessKey, SubjectState> subjects =
      new LinkedHashMap<>(64, 0.75f, true);
  private Policy policy;
  private Protection protection;
  private long lastVerdictId;
  private long forgotten;

  /**
   * @param capacity subjects remembered at most
   * @param incidents tells people
   */
  public Decider(int capacity, Policy policy, Protection protection, IncidentBook incidents) {
    if (capacity < SWEEP || capacity > MOST) {
      throw new IllegalArgumentException(SWEEP + " to " + MOST + " subjects, not " + capacity);
    }
    this.capacity = capacity;
    this.policy = Objects.requireNonNull(policy);
    this.protection = Objects.requireNonNull(protection);
    this.incidents = Objects.requireNonNull(incidents);
  }

  /** Another policy from now on; verdicts in force are left as they are. */
  public void policy(Policy policy) {
    this.policy = Objects.requireNonNull(policy);
  }

  /** Others to protect from now on. */
  public void protection(Protection protection) {
    this.protection = Objects.requireNonNull(protection);
  }

  /** Decides about a finding, and remembers that. */
  public Ruling decide(Finding finding, long nowNanos) {
    ProcessInfo subject = subject(finding, nowNanos);
    SubjectState state = subjects.getOrDefault(subject.key(), SubjectState.NEW);
    long id = Math.max(lastVerdictId + 1, Math.max(1, nowNanos));
    Ruling ruling = Ladder.decide(state, finding, subject, policy, protection, nowNanos, id);
    if (ruling.verdict().isPresent()) {
      lastVerdictId = id;
    }
    if (!ruling.state().equals(SubjectState.NEW)) {
      makeRoom(subject.key(), nowNanos);
      subjects.put(subject.key(), ruling.state());
    }
    return ruling;
  }

  /**
   * What people are to be told of a finding, if anything.
   *
   * @param outcome what became of the ruling: its own {@link Ruling#outcome}, or better what the
   *     verdict table answered
   */
  public Optional<Incident> incident(
      Finding finding, Ruling ruling, String outcome, long nowNanos) {
    return incidents.record(
        finding, protection.treeRoot(finding), ruling.verdict(), outcome, nowNanos);
  }

  /**
   * An operator releases a verdict: its detector is mute on that subject for a while.
   *
   * @param feedback what he says of it
   * @return false when it is no verdict of this decider's
   */
  public boolean release(long verdictId, Feedback feedback, long nowNanos) {
    Objects.requireNonNull(feedback);
    ProcessKey key = holder(verdictId);
    if (key == null) {
      return false;
    }
    subjects.put(key, Ladder.released(subjects.get(key), verdictId, policy, nowNanos));
    return true;
  }

  /** A verdict could not be put in force, or its subject is gone: it counts as not in force. */
  public void withdraw(long verdictId, long nowNanos) {
    ProcessKey key = holder(verdictId);
    if (key != null) {
      subjects.put(key, Ladder.withdrawn(subjects.get(key), verdictId, nowNanos));
    }
  }

  /** The verdicts in force, for a restart to apply again. */
  public List<Verdict> live(long nowNanos) {
    List<Verdict> live = new ArrayList<>();
    for (SubjectState state : subjects.values()) {
      live.addAll(state.live(nowNanos));
    }
    return live;
  }

  /** Passes time: forgets subjects that nothing is left of, and tells repeats that have waited. */
  public List<Incident> onTick(long nowNanos) {
    Iterator<SubjectState> oldest = subjects.values().iterator();
    for (int i = 0; i < SWEEP && oldest.hasNext(); i++) {
      if (oldest.next().isOver(policy, nowNanos)) {
        oldest.remove();
      }
    }
    return incidents.onTick(nowNanos);
  }

  /** Subjects that are remembered. */
  public int size() {
    return subjects.size();
  }

  /** Subjects forgotten because there were too many. */
  public long forgotten() {
    return forgotten;
  }

  /** The incidents under way. */
  public IncidentBook incidents() {
    return incidents;
  }

  private ProcessInfo subject(Finding finding, long nowNanos) {
    if (isUnderVerdict(finding.process(), finding.detector(), nowNanos)) {
      return finding.process();
    }
    for (ProcessInfo ancestor : finding.ancestry()) {
      if (isUnderVerdict(ancestor, finding.detector(), nowNanos)) {
        return ancestor;
      }
    }
    return finding.process();
  }

  private boolean isUnderVerdict(ProcessInfo process, String detector, long nowNanos) {
    SubjectState state = subjects.get(process.key());
    return state != null
        && state.source(detector).flatMap(source -> source.live(nowNanos)).isPresent();
  }

  private ProcessKey holder(long verdictId) {
    for (Map.Entry<ProcessKey, SubjectState> entry : subjects.entrySet()) {
      for (SourceState source : entry.getValue().sources()) {
        if (source.latest().filter(verdict -> verdict.id() == verdictId).isPresent()) {
          return entry.getKey();
        }
      }
    }
    return null;
  }

  private void makeRoom(ProcessKey key, long nowNanos) {
    if (subjects.size() < capacity || subjects.containsKey(key)) {
      return;
    }
    forgotten++;
    Iterator<SubjectState> oldest = subjects.values().iterator();
    for (int i = 0; i < SWEEP && oldest.hasNext(); i++) {
      if (oldest.next().live(nowNanos).isEmpty()) {
        oldest.remove();
        return;
      }
    }
    oldest = subjects.values().iterator();
    oldest.next(); // All have verdicts: the kernel keeps this one until its expiry without us.
    oldest.remove();
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(lastVerdictId);
    out.writeLong(forgotten);
    out.writeInt(subjects.size());
    for (Map.Entry<ProcessKey, SubjectState> entry : subjects.entrySet()) {
      ContractCodec.writeKey(entry.getKey(), out);
      entry.getValue().write(out);
    }
    incidents.write(out);
  }

  /** Reads what {@link #write} wrote, under today's policy and bounds. */
  public static Decider read(
      DataInput in,
      int capacity,
      Policy policy,
      Protection protection,
      int incidentCapacity,
      String incidentPrefix)
      throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "a decider's state of version " + version + ": this Ringward reads version " + VERSION);
    }
    long lastVerdictId = in.readLong();
    long forgotten = in.readLong();
    int size = in.readInt();
    if (size < 0 || size > MOST) {
      throw new StreamCorruptedException(size + " subjects: damaged state");
    }
    Map<ProcessKey, SubjectState> read = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      ProcessKey key = ContractCodec.readKey(in);
      SubjectState state = SubjectState.read(in);
      for (SourceState source : state.sources()) {
        if (source.latest().isPresent()
            && !source.latest().get().subject().equals(subjectOf(key))) {
          throw new StreamCorruptedException(
              "the state of " + key + " holds another subject's verdict: damaged state");
        }
      }
      read.put(key, state);
    }
    Decider decider =
        new Decider(
            capacity, policy, protection, IncidentBook.read(in, incidentCapacity, incidentPrefix));
    decider.lastVerdictId = lastVerdictId;
    decider.forgotten = forgotten;
    decider.subjects.putAll(read);
    while (decider.subjects.size() > capacity) {
      decider.subjects.pollFirstEntry();
    }
    return decider;
  }

  private static Subject subjectOf(ProcessKey key) throws StreamCorruptedException {
    if (!key.isPresent()) {
      throw new StreamCorruptedException("a subject without a process: damaged state");
    }
    return new Subject.ProcessTree(key);
  }
}
