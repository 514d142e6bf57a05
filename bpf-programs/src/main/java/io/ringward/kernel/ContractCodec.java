/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The vocabulary as bytes, for state and for exchanges between threads or machines: processes,
 * findings, verdicts, incidents. Each value begins with a version byte, so that what an older
 * Ringward wrote is either read or refused by name.
 *
 * <p>Stateless and thread-safe. Readers never allocate more than the stated bounds before they have
 * checked a length, and answer bytes that are no value of theirs with a {@link
 * StreamCorruptedException} (or an {@link java.io.EOFException} where they end early).
 */
public final class ContractCodec {
  /** Longest text in UTF-8 bytes; longer ones are cut when written. */
  public static final int TEXT_BYTES = 32 * 1024;

  /** Longest list that is read. */
  public static final int LIST_SIZE = 4096;

  private static final int VERSION = 1;

  /** Version 1 did not say whether an incident is over. */
  private static final int INCIDENT_VERSION = 2;

  /** Version 1 did not say whether a verdict persists. */
  private static final int VERDICT_VERSION = 2;

  private static final int SUBJECT_PROCESS = 1;
  private static final int SUBJECT_CGROUP = 2;

  private ContractCodec() {}

  /** Takes one value from a stream. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(DataInput in) throws IOException;
  }

  /** Puts one value on a stream. */
  @FunctionalInterface
  public interface Writer<T> {
    void write(T value, DataOutput out) throws IOException;
  }

  public static void writeKey(ProcessKey key, DataOutput out) throws IOException {
    out.writeLong(key.startBoottimeNanos());
    out.writeInt(key.tgid());
  }

  public static ProcessKey readKey(DataInput in) throws IOException {
    return new ProcessKey(in.readLong(), in.readInt());
  }

  public static void writeFile(FileIdentity file, DataOutput out) throws IOException {
    out.writeInt(file.device());
    out.writeLong(file.inode());
  }

  public static FileIdentity readFile(DataInput in) throws IOException {
    return new FileIdentity(in.readInt(), in.readLong());
  }

  public static void writeProcess(ProcessInfo process, DataOutput out) throws IOException {
    out.writeByte(VERSION);
    writeKey(process.key(), out);
    writeKey(process.parent(), out);
    out.writeInt(process.uid());
    out.writeLong(process.cgroupId());
    writeFile(process.executable(), out);
    out.writeInt(process.execFlags());
    writeText(process.comm(), out);
    writeText(process.path(), out);
    writeList(process.arguments(), ContractCodec::writeText, out);
  }

  public static ProcessInfo readProcess(DataInput in) throws IOException {
    version(in, "a process");
    return new ProcessInfo(
        readKey(in),
        readKey(in),
        in.readInt(),
        in.readLong(),
        readFile(in),
        in.readInt(),
        readText(in),
        readText(in),
        readList(in, ContractCodec::readText));
  }

  public static void writeFinding(Finding finding, DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeByte(finding.source().ordinal());
    writeText(finding.detector(), out);
    out.writeByte(finding.priority().ordinal());
    out.writeLong(finding.kernelTimeNanos());
    writeProcess(finding.process(), out);
    writeList(finding.ancestry(), ContractCodec::writeProcess, out);
    writeText(finding.summary(), out);
    out.writeDouble(finding.score());
    writeList(finding.drivers(), ContractCodec::writeDriver, out);
    writeOptional(finding.proposal(), ContractCodec::writeProposal, out);
    writeList(finding.tags(), ContractCodec::writeText, out);
  }

  public static Finding readFinding(DataInput in) throws IOException {
    version(in, "a finding");
    return checked(
        "a finding",
        in,
        i ->
            new Finding(
                readEnum(i, Finding.Source.values()),
                readText(i),
                readEnum(i, Priority.values()),
                i.readLong(),
                readProcess(i),
                readList(i, ContractCodec::readProcess),
                readText(i),
                i.readDouble(),
                readList(i, ContractCodec::readDriver),
                readOptional(i, ContractCodec::readProposal),
                readList(i, ContractCodec::readText)));
  }

  public static void writeVerdict(Verdict verdict, DataOutput out) throws IOException {
    out.writeByte(VERDICT_VERSION);
    out.writeLong(verdict.id());
    switch (verdict.subject()) {
      case Subject.ProcessTree tree -> {
        out.writeByte(SUBJECT_PROCESS);
        writeKey(tree.root(), out);
      }
      case Subject.ControlGroup group -> {
        out.writeByte(SUBJECT_CGROUP);
        out.writeLong(group.id());
      }
    }
    out.writeByte(verdict.action().wire());
    out.writeInt(Operation.mask(verdict.operations()));
    writeOptional(verdict.rate(), ContractCodec::writeRate, out);
    out.writeLong(verdict.issuedNanos());
    out.writeLong(verdict.expiryNanos());
    out.writeLong(verdict.causeNanos());
    out.writeBoolean(verdict.shadow());
    out.writeBoolean(verdict.persist());
    writeText(verdict.source(), out);
    writeText(verdict.reason(), out);
  }

  public static Verdict readVerdict(DataInput in) throws IOException {
    int version = version(in, VERDICT_VERSION, "a verdict");
    return checked(
        "a verdict",
        in,
        i ->
            new Verdict(
                i.readLong(),
                readSubject(i),
                Action.ofWire(i.readByte()),
                Operation.ofMask(i.readInt()),
                readOptional(i, ContractCodec::readRate),
                i.readLong(),
                i.readLong(),
                i.readLong(),
                i.readBoolean(),
                version > 1 && i.readBoolean(),
                readText(i),
                readText(i)));
  }

  public static void writeIncident(Incident incident, DataOutput out) throws IOException {
    out.writeByte(INCIDENT_VERSION);
    writeText(incident.id(), out);
    out.writeLong(incident.firstNanos());
    out.writeLong(incident.lastNanos());
    out.writeLong(incident.count());
    writeFinding(incident.finding(), out);
    writeOptional(incident.verdict(), ContractCodec::writeVerdict, out);
    writeText(incident.outcome(), out);
    out.writeBoolean(incident.over());
  }

  public static Incident readIncident(DataInput in) throws IOException {
    int version = version(in, INCIDENT_VERSION, "an incident");
    return checked(
        "an incident",
        in,
        i ->
            new Incident(
                readText(i),
                i.readLong(),
                i.readLong(),
                i.readLong(),
                readFinding(i),
                readOptional(i, ContractCodec::readVerdict),
                readText(i),
                version > 1 && i.readBoolean()));
  }

  /** A text of at most {@link #TEXT_BYTES}; what is longer is cut at a character's border. */
  public static void writeText(String text, DataOutput out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, TEXT_BYTES);
    while (length < bytes.length && length > 0 && (bytes[length] & 0xc0) == 0x80) {
      length--;
    }
    out.writeShort(length);
    out.write(bytes, 0, length);
  }

  public static String readText(DataInput in) throws IOException {
    int length = in.readUnsignedShort();
    if (length > TEXT_BYTES) {
      throw new StreamCorruptedException("a text of " + length + " bytes: damaged state");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * A list of at most {@link #LIST_SIZE} values.
   *
   * @throws IllegalArgumentException when it is longer
   */
  public static <T> void writeList(List<T> list, Writer<T> writer, DataOutput out)
      throws IOException {
    if (list.size() > LIST_SIZE) {
      throw new IllegalArgumentException(
          "a list of " + list.size() + " values: at most " + LIST_SIZE + " are carried");
    }
    out.writeShort(list.size());
    for (T value : list) {
      writer.write(value, out);
    }
  }

  public static <T> List<T> readList(DataInput in, Reader<T> reader) throws IOException {
    int size = in.readUnsignedShort();
    if (size > LIST_SIZE) {
      throw new StreamCorruptedException("a list of " + size + " values: damaged state");
    }
    List<T> list = new ArrayList<>(Math.min(size, 64));
    for (int i = 0; i < size; i++) {
      list.add(reader.read(in));
    }
    return list;
  }

  public static <T> void writeOptional(Optional<T> value, Writer<T> writer, DataOutput out)
      throws IOException {
    out.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      writer.write(value.get(), out);
    }
  }

  public static <T> Optional<T> readOptional(DataInput in, Reader<T> reader) throws IOException {
    return in.readBoolean() ? Optional.of(reader.read(in)) : Optional.empty();
  }

  /** A constant by its ordinal. */
  public static <E extends Enum<E>> E readEnum(DataInput in, E[] values) throws IOException {
    int ordinal = in.readUnsignedByte();
    if (ordinal >= values.length) {
      throw new StreamCorruptedException(
          ordinal + " is no " + values[0].getDeclaringClass().getSimpleName() + ": damaged state");
    }
    return values[ordinal];
  }

  private static void writeDriver(FeatureContribution driver, DataOutput out) throws IOException {
    writeText(driver.feature(), out);
    out.writeDouble(driver.value());
    out.writeDouble(driver.usual());
    out.writeDouble(driver.weight());
  }

  private static FeatureContribution readDriver(DataInput in) throws IOException {
    return new FeatureContribution(readText(in), in.readDouble(), in.readDouble(), in.readDouble());
  }

  private static void writeProposal(Finding.Proposal proposal, DataOutput out) throws IOException {
    out.writeByte(proposal.action().wire());
    out.writeInt(Operation.mask(proposal.operations()));
    out.writeLong(proposal.durationNanos());
    writeOptional(proposal.rate(), ContractCodec::writeRate, out);
  }

  private static Finding.Proposal readProposal(DataInput in) throws IOException {
    return new Finding.Proposal(
        Action.ofWire(in.readByte()),
        Operation.ofMask(in.readInt()),
        in.readLong(),
        readOptional(in, ContractCodec::readRate));
  }

  private static void writeRate(TokenRate rate, DataOutput out) throws IOException {
    out.writeDouble(rate.tokensPerSecond());
    out.writeInt(rate.burst());
  }

  private static TokenRate readRate(DataInput in) throws IOException {
    return new TokenRate(in.readDouble(), in.readInt());
  }

  private static Subject readSubject(DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case SUBJECT_PROCESS -> new Subject.ProcessTree(readKey(in));
      case SUBJECT_CGROUP -> new Subject.ControlGroup(in.readLong());
      default -> throw new StreamCorruptedException(kind + " is no kind of subject: damaged state");
    };
  }

  /** Turns the refusals of the records' own constructors into what readers promise. */
  private static <T> T checked(String what, DataInput in, Reader<T> reader) throws IOException {
    try {
      return reader.read(in);
    } catch (IllegalArgumentException e) {
      StreamCorruptedException corrupted =
          new StreamCorruptedException("these bytes are not " + what + ": " + e.getMessage());
      corrupted.initCause(e);
      throw corrupted;
    }
  }

  private static void version(DataInput in, String what) throws IOException {
    version(in, VERSION, what);
  }

  private static int version(DataInput in, int newest, String what) throws IOException {
    int version = in.readUnsignedByte();
    if (version < 1 || version > newest) {
      throw new StreamCorruptedException(
          what
              + " of version "
              + version
              + ": this Ringward reads version "
              + (newest == 1 ? "1" : "1 to " + newest));
    }
    return version;
  }
}
