/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The subjects that the ladder remembers, and which of them holds which verdict. Single-threaded.
 * Bounded: of subjects without a verdict the one decided about least recently is forgotten first,
 * and counted.
 */
final class SubjectTable {
  static final int SWEEP = 64;
  static final int MOST = 65_536;

  private final int capacity;
  private final LinkedHashMap<ProcessKey, SubjectState> subjects =
      new LinkedHashMap<>(64, 0.75f, true);
  private final Map<Long, ProcessKey> holders = new HashMap<>();
  private long forgotten;

  /** Where a verdict is held. */
  record Held(ProcessKey key, SubjectState subject, SourceState source) {}

  SubjectTable(int capacity) {
    if (capacity < SWEEP || capacity > MOST) {
      throw new IllegalArgumentException(SWEEP + " to " + MOST + " subjects, not " + capacity);
    }
    this.capacity = capacity;
  }

  SubjectState get(ProcessKey key) {
    return subjects.getOrDefault(key, SubjectState.NEW);
  }

  /** Whom a finding is put down to: see {@link Decider}. */
  ProcessInfo subject(Finding finding, long nowNanos) {
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

  /** Keeps a subject's state, in the place of another when there is no room. */
  void put(ProcessKey key, SubjectState state, long nowNanos) {
    if (state.equals(SubjectState.NEW)) {
      return;
    }
    makeRoom(key, nowNanos);
    subjects.put(key, state);
  }

  /** Remembers who holds a verdict that was just issued. */
  void hold(long verdictId, ProcessKey key) {
    holders.put(verdictId, key);
  }

  Optional<Held> holder(long verdictId) {
    ProcessKey key = holders.get(verdictId);
    if (key == null) {
      return Optional.empty();
    }
    SubjectState subject = get(key);
    return subject.holder(verdictId).map(source -> new Held(key, subject, source));
  }

  /** Who holds a verdict in force now; the holders of others are forgotten. */
  List<Held> holders(long nowNanos) {
    if (holders.isEmpty()) {
      return List.of();
    }
    List<Held> held = new ArrayList<>(holders.size());
    Iterator<Map.Entry<Long, ProcessKey>> all = holders.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Long, ProcessKey> entry = all.next();
      Optional<Held> one =
          holder(entry.getKey()).filter(h -> h.source().live(nowNanos).isPresent());
      if (one.isPresent()) {
        held.add(one.get());
      } else {
        all.remove();
      }
    }
    return held;
  }

  List<Verdict> live(long nowNanos) {
    List<Verdict> live = new ArrayList<>();
    for (SubjectState state : subjects.values()) {
      live.addAll(state.live(nowNanos));
    }
    return live;
  }

  /** Forgets some of those that nothing is left of. */
  void sweep(Policy policy, long nowNanos) {
    Iterator<SubjectState> oldest = subjects.values().iterator();
    for (int i = 0; i < SWEEP && oldest.hasNext(); i++) {
      if (oldest.next().isOver(policy, nowNanos)) {
        oldest.remove();
      }
    }
  }

  int size() {
    return subjects.size();
  }

  long forgotten() {
    return forgotten;
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

  void write(DataOutput out) throws IOException {
    out.writeLong(forgotten);
    out.writeInt(subjects.size());
    for (Map.Entry<ProcessKey, SubjectState> entry : subjects.entrySet()) {
      ContractCodec.writeKey(entry.getKey(), out);
      entry.getValue().write(out);
    }
  }

  static SubjectTable read(DataInput in, int capacity) throws IOException {
    SubjectTable table = new SubjectTable(capacity);
    table.forgotten = in.readLong();
    int size = in.readInt();
    if (size < 0 || size > MOST) {
      throw new StreamCorruptedException(size + " subjects: damaged state");
    }
    for (int i = 0; i < size; i++) {
      ProcessKey key = ContractCodec.readKey(in);
      SubjectState state = SubjectState.read(in);
      for (SourceState source : state.sources()) {
        if (source.latest().isPresent()) {
          Verdict verdict = source.latest().get();
          if (!verdict.subject().equals(subjectOf(key))) {
            throw new StreamCorruptedException(
                "the state of " + key + " holds another subject's verdict: damaged state");
          }
          table.holders.put(verdict.id(), key);
        }
      }
      table.subjects.put(key, state);
      if (table.subjects.size() > capacity) {
        table.subjects.pollFirstEntry();
      }
    }
    return table;
  }

  private static Subject subjectOf(ProcessKey key) throws StreamCorruptedException {
    if (!key.isPresent()) {
      throw new StreamCorruptedException("a subject without a process: damaged state");
    }
    return new Subject.ProcessTree(key);
  }
}
