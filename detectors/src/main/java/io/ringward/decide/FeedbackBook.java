/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProgramLeaning;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What operators have taught: for each rule or model and program, how much more reluctant (over 0,
 * at most {@value #MOST_RELUCTANT}) or surer (below 0, at least -{@value #SUREST}) it is. A false
 * positive adds one, a confirmation takes one off; one step towards 0 for each {@link
 * #FADING_NANOS} after the last.
 *
 * <p>Single-threaded. Bounded: at most {@value #CAPACITY}, what was used least recently is
 * forgotten first.
 */
public final class FeedbackBook {
  /** Pairs of detector and program at most. */
  public static final int CAPACITY = 1024;

  /** The highest leaning. */
  public static final int MOST_RELUCTANT = 3;

  /** The lowest leaning is this, negative. */
  public static final int SUREST = 2;

  /** What was taught fades by a step in this time: a week. */
  public static final long FADING_NANOS = 7 * 24 * 3600 * 1_000_000_000L;

  private static final int VERSION = 1;
  private static final int MOST_COUNTED = 1_000_000;

  private final LinkedHashMap<Key, ProgramLeaning> entries = new LinkedHashMap<>(16, 0.75f, true);

  private record Key(String detector, FileIdentity executable) {}

  /** Takes an operator's word on a verdict. */
  void take(
      String detector, FileIdentity executable, String program, Feedback feedback, long nowNanos) {
    Key key = new Key(detector, executable);
    ProgramLeaning before = entries.get(key);
    int leaning = leaning(detector, executable, nowNanos);
    int falsePositives = before == null ? 0 : before.falsePositives();
    int confirmed = before == null ? 0 : before.confirmed();
    switch (feedback) {
      case NONE -> {
        return;
      }
      case FALSE_POSITIVE -> {
        leaning = Math.min(MOST_RELUCTANT, leaning + 1);
        falsePositives = Math.min(MOST_COUNTED, falsePositives + 1);
      }
      case CONFIRMED -> {
        leaning = Math.max(-SUREST, leaning - 1);
        confirmed = Math.min(MOST_COUNTED, confirmed + 1);
      }
    }
    if (before == null && entries.size() == CAPACITY) {
      entries.pollFirstEntry();
    }
    entries.put(
        key,
        new ProgramLeaning(
            detector, executable, program, leaning, falsePositives, confirmed, nowNanos));
  }

  /** How a detector leans on a program now. */
  int leaning(String detector, FileIdentity executable, long nowNanos) {
    if (entries.isEmpty()) {
      return 0;
    }
    ProgramLeaning entry = entries.get(new Key(detector, executable));
    return entry == null ? 0 : faded(entry, nowNanos);
  }

  /** Passes time: what has faded is forgotten. */
  boolean onTick(long nowNanos) {
    if (entries.isEmpty()) {
      return false;
    }
    ProgramLeaning oldest = entries.firstEntry().getValue();
    return faded(oldest, nowNanos) == 0
        && nowNanos - oldest.changedNanos() >= FADING_NANOS
        && entries.pollFirstEntry() != null;
  }

  /** All that was taught, with what is left of it. */
  List<ProgramLeaning> leanings(long nowNanos) {
    return entries.values().stream()
        .map(entry ->
            new ProgramLeaning(
                entry.detector(),
                entry.executable(),
                entry.program(),
                faded(entry, nowNanos),
                entry.falsePositives(),
                entry.confirmed(),
                entry.changedNanos()))
        .toList();
  }

  /**
   * In another boot: the same, as old as it was.
   *
   * @param endNanos of the boot before, as far as is known
   */
  void afterBoot(long endNanos) {
    entries.replaceAll((key, entry) ->
        new ProgramLeaning(
            entry.detector(),
            entry.executable(),
            entry.program(),
            entry.leaning(),
            entry.falsePositives(),
            entry.confirmed(),
            Math.min(0, entry.changedNanos() - endNanos)));
  }

  private static int faded(ProgramLeaning entry, long nowNanos) {
    long steps = Math.max(0, nowNanos - entry.changedNanos()) / FADING_NANOS;
    int leaning = entry.leaning();
    return leaning > 0 ? (int) Math.max(0, leaning - steps) : (int) Math.min(0, leaning + steps);
  }

  void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeShort(entries.size());
    for (ProgramLeaning entry : entries.values()) {
      ContractCodec.writeText(entry.detector(), out);
      ContractCodec.writeFile(entry.executable(), out);
      ContractCodec.writeText(entry.program(), out);
      out.writeByte(entry.leaning());
      out.writeInt(entry.falsePositives());
      out.writeInt(entry.confirmed());
      out.writeLong(entry.changedNanos());
    }
  }

  static FeedbackBook read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "feedback of version " + version + ": this Ringward reads version " + VERSION);
    }
    FeedbackBook book = new FeedbackBook();
    int size = in.readUnsignedShort();
    if (size > CAPACITY) {
      throw new StreamCorruptedException(size + " pieces of feedback: damaged state");
    }
    for (int i = 0; i < size; i++) {
      ProgramLeaning entry =
          new ProgramLeaning(
              ContractCodec.readText(in),
              ContractCodec.readFile(in),
              ContractCodec.readText(in),
              Math.clamp(in.readByte(), -SUREST, MOST_RELUCTANT),
              in.readInt(),
              in.readInt(),
              in.readLong());
      book.entries.put(new Key(entry.detector(), entry.executable()), entry);
    }
    return book;
  }
}
