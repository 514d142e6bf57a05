/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.Feedback;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import org.apache.flink.types.StringValue;

/**
 * A kind byte, then the item. Version 1 had releases without feedback, version 2 ticks without the
 * wall clock.
 */
final class ControlItemCodec implements Codec<ControlItem> {
  static final ControlItemCodec INSTANCE = new ControlItemCodec();

  private static final int TICK = 0;
  private static final int BOOTSTRAP = 1;
  private static final int SAMPLED = 2;
  private static final int ADD_VERDICT = 3;
  private static final int RELEASE_VERDICT = 4;
  private static final int RULES_REPLACED = 5;
  private static final int REARM_DETECTOR = 6;
  private static final int RECORDING_MARK = 7;

  private ControlItemCodec() {}

  @Override
  public void write(ControlItem item, DataOutput out) throws IOException {
    switch (item) {
      case ControlItem.Tick tick -> {
        out.writeByte(TICK);
        out.writeLong(tick.timeNanos());
        out.writeLong(tick.epochOffsetNanos());
      }
      case ControlItem.RecordingMark mark -> {
        out.writeByte(RECORDING_MARK);
        out.writeLong(mark.timeNanos());
        out.writeInt(mark.number());
        out.writeBoolean(mark.begins());
      }
      case ControlItem.Bootstrap bootstrap -> {
        out.writeByte(BOOTSTRAP);
        out.writeLong(bootstrap.timeNanos());
        ContractCodec.writeProcess(bootstrap.process(), out);
      }
      case ControlItem.Sampled sampled -> {
        out.writeByte(SAMPLED);
        KernelSampleCodec.INSTANCE.write(sampled.sample(), out);
      }
      case ControlItem.AddVerdict add -> {
        out.writeByte(ADD_VERDICT);
        out.writeLong(add.timeNanos());
        ContractCodec.writeVerdict(add.verdict(), out);
      }
      case ControlItem.ReleaseVerdict release -> {
        out.writeByte(RELEASE_VERDICT);
        out.writeLong(release.timeNanos());
        out.writeLong(release.verdictId());
        ContractCodec.writeText(release.operator(), out);
        out.writeByte(release.feedback().ordinal());
      }
      case ControlItem.RearmDetector rearm -> {
        out.writeByte(REARM_DETECTOR);
        out.writeLong(rearm.timeNanos());
        ContractCodec.writeText(rearm.detector(), out);
        ContractCodec.writeText(rearm.operator(), out);
      }
      case ControlItem.RulesReplaced rules -> {
        out.writeByte(RULES_REPLACED);
        out.writeLong(rules.timeNanos());
        ContractCodec.writeList(rules.files(), ControlItemCodec::writeFile, out);
      }
    }
  }

  @Override
  public ControlItem read(int version, DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case TICK -> new ControlItem.Tick(in.readLong(), version < 3 ? 0 : in.readLong());
      case RECORDING_MARK ->
          new ControlItem.RecordingMark(in.readLong(), in.readInt(), in.readBoolean());
      case BOOTSTRAP -> new ControlItem.Bootstrap(in.readLong(), ContractCodec.readProcess(in));
      case SAMPLED -> new ControlItem.Sampled(KernelSampleCodec.INSTANCE.read(version, in));
      case ADD_VERDICT -> new ControlItem.AddVerdict(in.readLong(), ContractCodec.readVerdict(in));
      case RELEASE_VERDICT ->
          new ControlItem.ReleaseVerdict(
              in.readLong(),
              in.readLong(),
              ContractCodec.readText(in),
              version < 2 ? Feedback.NONE : ContractCodec.readEnum(in, Feedback.values()));
      case REARM_DETECTOR ->
          new ControlItem.RearmDetector(
              in.readLong(), ContractCodec.readText(in), ContractCodec.readText(in));
      case RULES_REPLACED ->
          new ControlItem.RulesReplaced(
              in.readLong(), ContractCodec.readList(in, ControlItemCodec::readFile));
      default ->
          throw new StreamCorruptedException(kind + " is no kind of control item: damaged state");
    };
  }

  /** Rule files are longer than the texts of the contract. */
  private static void writeFile(RuleText file, DataOutput out) throws IOException {
    StringValue.writeString(file.name(), out);
    StringValue.writeString(file.text(), out);
  }

  private static RuleText readFile(DataInput in) throws IOException {
    return new RuleText(StringValue.readString(in), StringValue.readString(in));
  }
}
