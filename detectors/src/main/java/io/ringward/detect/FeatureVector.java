/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.ProcessKey;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * What one window counted: a value for each {@link Feature}. Immutable.
 *
 * <p>Counts are of the window, which lasts a second unless it is {@link Flag#PARTIAL}; they are not
 * scaled. Distinct counts are estimates by linear counting: exact but for one or two up to 50, 1.6
 * % standard error at 400. Values have single precision, so that a vector that crossed a wire is
 * the same as one that did not.
 */
public final class FeatureVector {
  private static final int VERSION = 1;

  /** What is to be known of a window beside its numbers. */
  public enum Flag {
    /** Sent early, since a count grew fast: a lower bound of the window that is still open. */
    PARTIAL,
    /** The kernel lost events in this window or just before: counts may be too low. */
    DEGRADED,
    /** The process ended in this window, or went on as another program. */
    ENDED;

    @SuppressWarnings("EnumOrdinal") // The order is the contract.
    int bit() {
      return 1 << ordinal();
    }
  }

  private static final Flag[] FLAGS = Flag.values();

  private final ProgramKey program;
  private final ProcessKey process;
  private final long startNanos;
  private final long endNanos;
  private final int flags;
  private final double[] values;

  /**
   * @param program whose past it is compared with
   * @param process whom a finding would be about: the process itself; for a tree its root, or the
   *     one young subtree that made most of the events; for a program the process that was seen
   *     most
   * @param startNanos when the window began
   * @param endNanos when it ended, or for a partial one the latest event
   * @param values by {@link Feature} ordinal, copied
   */
  public FeatureVector(
      ProgramKey program,
      ProcessKey process,
      long startNanos,
      long endNanos,
      Set<Flag> flags,
      double[] values) {
    this(program, process, startNanos, endNanos, mask(flags), values.clone());
  }

  FeatureVector(
      ProgramKey program,
      ProcessKey process,
      long startNanos,
      long endNanos,
      int flags,
      double[] values) {
    this.program = Objects.requireNonNull(program);
    this.process = Objects.requireNonNull(process);
    if (values.length != Feature.COUNT) {
      throw new IllegalArgumentException(
          "a vector has " + Feature.COUNT + " values, not " + values.length);
    }
    this.startNanos = startNanos;
    this.endNanos = endNanos;
    this.flags = flags;
    this.values = values;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) values[i];
    }
  }

  public ProgramKey program() {
    return program;
  }

  public ProcessKey process() {
    return process;
  }

  public long startNanos() {
    return startNanos;
  }

  public long endNanos() {
    return endNanos;
  }

  /** How much of the window has passed, in seconds; at least a microsecond. */
  public double seconds() {
    return Math.max(1e-6, (endNanos - startNanos) * 1e-9);
  }

  public boolean has(Flag flag) {
    return (flags & flag.bit()) != 0;
  }

  public double value(Feature feature) {
    return values[feature.index()];
  }

  /** A copy of all values, by ordinal. */
  public double[] values() {
    return values.clone();
  }

  /** The values themselves, for readers inside this package. */
  double[] raw() {
    return values;
  }

  private static int mask(Set<Flag> flags) {
    int mask = 0;
    for (Flag flag : flags) {
      mask |= flag.bit();
    }
    return mask;
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    program.write(out);
    ContractCodec.writeKey(process, out);
    out.writeLong(startNanos);
    out.writeLong(endNanos);
    out.writeByte(flags);
    out.writeByte(values.length);
    for (double value : values) {
      out.writeFloat((float) value);
    }
  }

  /** Reads what {@link #write} wrote. */
  public static FeatureVector read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "a feature vector of version " + version + ": this Ringward reads version " + VERSION);
    }
    ProgramKey program = ProgramKey.read(in);
    ProcessKey process = ContractCodec.readKey(in);
    long start = in.readLong();
    long end = in.readLong();
    int flags = in.readUnsignedByte();
    int count = in.readUnsignedByte();
    if (count != Feature.COUNT || flags >= 1 << FLAGS.length) {
      throw new StreamCorruptedException(
          "a feature vector of " + count + " values with flags " + flags + ": damaged bytes");
    }
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readFloat();
    }
    return new FeatureVector(program, process, start, end, flags, values);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureVector that
        && program.equals(that.program)
        && process.equals(that.process)
        && startNanos == that.startNanos
        && endNanos == that.endNanos
        && flags == that.flags
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(program, process, startNanos, endNanos, flags, Arrays.hashCode(values));
  }

  /** For people: the flags and what is not 0. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("vector of ").append(process).append(' ');
    EnumSet<Flag> set = EnumSet.noneOf(Flag.class);
    for (Flag flag : FLAGS) {
      if (has(flag)) {
        set.add(flag);
      }
    }
    text.append(set);
    for (int i = 0; i < values.length; i++) {
      if (values[i] != 0) {
        text.append(' ').append(Feature.at(i).title()).append('=').append(values[i]);
      }
    }
    return text.toString();
  }
}
