/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the ladder remembers of one subject: where each detector stands with it. Immutable. At most
 * {@value #SOURCES} detectors; the one that found something least recently is forgotten first, and
 * those with a verdict in force last.
 *
 * @param sources in order of use, the latest last
 */
public record SubjectState(List<SourceState> sources) {
  /** Detectors remembered for one subject at most. */
  public static final int SOURCES = 16;

  /** A subject without a past. */
  public static final SubjectState NEW = new SubjectState(List.of());

  /** Version 1 did not say what a verdict came of. */
  private static final int VERSION = 2;

  public SubjectState {
    sources = List.copyOf(sources);
    if (sources.size() > SOURCES) {
      throw new IllegalArgumentException(
          "at most " + SOURCES + " detectors, not " + sources.size());
    }
  }

  /** Where a detector stands. */
  public Optional<SourceState> source(String detector) {
    return sources.stream().filter(source -> source.detector().equals(detector)).findFirst();
  }

  /** The verdicts in force now. */
  public List<Verdict> live(long nowNanos) {
    return sources.stream().flatMap(source -> source.live(nowNanos).stream()).toList();
  }

  /** The same with one detector's standing replaced or added. */
  SubjectState with(SourceState changed, long nowNanos) {
    List<SourceState> next = new ArrayList<>(sources.size() + 1);
    for (SourceState source : sources) {
      if (!source.detector().equals(changed.detector())) {
        next.add(source);
      }
    }
    if (next.size() == SOURCES) {
      int victim = 0;
      for (int i = 0; i < next.size(); i++) {
        if (next.get(i).live(nowNanos).isEmpty()) {
          victim = i;
          break;
        }
      }
      next.remove(victim);
    }
    next.add(changed);
    return new SubjectState(next);
  }

  /** Where the detector stands whose latest verdict this is. */
  Optional<SourceState> holder(long verdictId) {
    for (SourceState source : sources) {
      if (source.latest().isPresent() && source.latest().get().id() == verdictId) {
        return Optional.of(source);
      }
    }
    return Optional.empty();
  }

  /** Whether nothing is left to remember. */
  boolean isOver(Policy policy, long nowNanos) {
    return sources.stream().allMatch(source -> source.isOver(policy, nowNanos));
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    ContractCodec.writeList(sources, SourceState::write, out);
  }

  public static SubjectState read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version < 1 || version > VERSION) {
      throw new StreamCorruptedException(
          "a subject's state of version " + version + ": this Ringward reads 1 to " + VERSION);
    }
    List<SourceState> sources = ContractCodec.readList(in, i -> SourceState.read(i, version));
    if (sources.size() > SOURCES) {
      throw new StreamCorruptedException(
          "a subject's state of " + sources.size() + " detectors: damaged state");
    }
    return new SubjectState(sources);
  }
}
