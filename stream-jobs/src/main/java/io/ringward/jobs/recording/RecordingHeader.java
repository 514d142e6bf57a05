/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.decide.DisarmPolicy;
import io.ringward.decide.Enforceable;
import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.jobs.memory.Capacities;
import io.ringward.jobs.memory.LoopSettings;
import io.ringward.kernel.Action;
import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.TokenRate;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The first block of a recording: by whom, when, and what its loop went by. The rules are not here
 * but in the stage's state.
 *
 * @param version of the Ringward that recorded
 * @param host its name
 * @param startedEpochNanos when the recording began
 * @param startedNanos the same in kernel time
 */
public record RecordingHeader(
    String version, String host, long startedEpochNanos, long startedNanos, LoopSettings settings) {
  private static final int VERSION = 1;
  private static final int MOST_PROTECTED = 1 << 16;

  public RecordingHeader {
    Objects.requireNonNull(version);
    Objects.requireNonNull(host);
    Objects.requireNonNull(settings);
  }

  void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeInt(WireEvent.fingerprint());
    ContractCodec.writeText(version, out);
    ContractCodec.writeText(host, out);
    out.writeLong(startedEpochNanos);
    out.writeLong(startedNanos);
    ContractCodec.writeText(settings.bootId(), out);
    out.writeLong(settings.seed());
    writeCapacities(settings.capacities(), out);
    writePolicy(settings.policy(), out);
    writeProtection(settings.protection(), out);
  }

  static RecordingHeader read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new RecordingException(
          "its header is of version "
              + version
              + ", and this Ringward reads version "
              + VERSION
              + ": use the one that recorded it");
    }
    int fingerprint = in.readInt();
    String ringward = ContractCodec.readText(in);
    if (fingerprint != WireEvent.fingerprint()) {
      throw new RecordingException(
          "it holds kernel events in the form of Ringward "
              + ringward
              + ", which is not this one's: use the one that recorded it");
    }
    try {
      String host = ContractCodec.readText(in);
      long epochNanos = in.readLong();
      long nanos = in.readLong();
      String bootId = ContractCodec.readText(in);
      long seed = in.readLong();
      Capacities capacities = readCapacities(in);
      Policy policy = readPolicy(in);
      return new RecordingHeader(
          ringward,
          host,
          epochNanos,
          nanos,
          new LoopSettings(List.of(), policy, readProtection(in), capacities, seed, bootId));
    } catch (IllegalArgumentException e) {
      throw new RecordingException("its header makes no sense: " + e.getMessage(), e);
    }
  }

  private static void writeCapacities(Capacities capacities, DataOutput out) throws IOException {
    out.writeInt(capacities.processes());
    out.writeInt(capacities.windows());
    out.writeInt(capacities.programs());
    out.writeInt(capacities.forests());
    out.writeInt(capacities.subjects());
    out.writeInt(capacities.incidents());
  }

  private static Capacities readCapacities(DataInput in) throws IOException {
    return new Capacities(
        in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
  }

  private static void writePolicy(Policy policy, DataOutput out) throws IOException {
    out.writeByte(policy.mode().ordinal());
    out.writeByte(policy.ruleCap().wire());
    out.writeByte(policy.modelCap().wire());
    ContractCodec.writeList(policy.growth(), (factor, o) -> o.writeInt(factor), out);
    out.writeLong(policy.longestNanos());
    out.writeInt(policy.strikesToEscalate());
    out.writeLong(policy.strikeSpacingNanos());
    out.writeLong(policy.decayNanos());
    out.writeLong(policy.muteNanos());
    out.writeInt(policy.liveVerdicts());
    out.writeDouble(policy.escalationRate().tokensPerSecond());
    out.writeInt(policy.escalationRate().burst());
    out.writeInt(Operation.mask(policy.enforceable().throttle()));
    out.writeInt(Operation.mask(policy.enforceable().block()));
    out.writeLong(policy.recoveryNanos());
    out.writeInt(policy.disarm().limit());
    out.writeLong(policy.disarm().windowNanos());
    out.writeLong(policy.disarm().quietNanos());
    out.writeLong(policy.disarm().probationNanos());
  }

  private static Policy readPolicy(DataInput in) throws IOException {
    return new Policy(
        ContractCodec.readEnum(in, Policy.Mode.values()),
        Action.ofWire(in.readByte()),
        Action.ofWire(in.readByte()),
        ContractCodec.readList(in, DataInput::readInt),
        in.readLong(),
        in.readInt(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readInt(),
        new TokenRate(in.readDouble(), in.readInt()),
        new Enforceable(Operation.ofMask(in.readInt()), Operation.ofMask(in.readInt())),
        in.readLong(),
        new DisarmPolicy(in.readInt(), in.readLong(), in.readLong(), in.readLong()));
  }

  private static void writeProtection(Protection protection, DataOutput out) throws IOException {
    out.writeInt(protection.processes().size());
    for (Map.Entry<ProcessKey, String> entry : protection.processes().entrySet()) {
      ContractCodec.writeKey(entry.getKey(), out);
      ContractCodec.writeText(entry.getValue(), out);
    }
    out.writeInt(protection.executables().size());
    for (Map.Entry<FileIdentity, String> entry : protection.executables().entrySet()) {
      ContractCodec.writeFile(entry.getKey(), out);
      ContractCodec.writeText(entry.getValue(), out);
    }
  }

  private static Protection readProtection(DataInput in) throws IOException {
    Map<ProcessKey, String> processes = new HashMap<>();
    for (int i = count(in); i > 0; i--) {
      processes.put(ContractCodec.readKey(in), ContractCodec.readText(in));
    }
    Map<FileIdentity, String> executables = new HashMap<>();
    for (int i = count(in); i > 0; i--) {
      executables.put(ContractCodec.readFile(in), ContractCodec.readText(in));
    }
    return new Protection(processes, executables);
  }

  private static int count(DataInput in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MOST_PROTECTED) {
      throw new StreamCorruptedException(count + " that are protected: damaged");
    }
    return count;
  }
}
