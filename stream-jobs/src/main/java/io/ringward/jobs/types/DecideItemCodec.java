/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Event;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;

/** A kind byte, then the item. Version 1 had releases without feedback. */
final class DecideItemCodec implements Codec<DecideItem> {
  static final DecideItemCodec INSTANCE = new DecideItemCodec();

  private static final int FOUND = 0;
  private static final int HIT = 1;
  private static final int ADDED = 2;
  private static final int RELEASED = 3;
  private static final int PULSE = 4;
  private static final int REARMED = 5;
  private static final int RULES_REPLACED = 6;
  private static final int STAGE_PULSE = 7;
  private static final int MARK = 8;
  private static final int LOSSES = 9;

  private DecideItemCodec() {}

  @Override
  public void write(DecideItem item, DataOutput out) throws IOException {
    switch (item) {
      case DecideItem.Found(Finding finding) -> {
        out.writeByte(FOUND);
        ContractCodec.writeFinding(finding, out);
      }
      case DecideItem.Hit(Event.Enforcement enforcement) -> {
        out.writeByte(HIT);
        EnforcementCodec.INSTANCE.write(enforcement, out);
      }
      case DecideItem.Added(Verdict verdict) -> {
        out.writeByte(ADDED);
        ContractCodec.writeVerdict(verdict, out);
      }
      case DecideItem.Released(
              long timeNanos,
              long verdictId,
              String operator,
              Feedback feedback) -> {
        out.writeByte(RELEASED);
        out.writeLong(timeNanos);
        out.writeLong(verdictId);
        ContractCodec.writeText(operator, out);
        out.writeByte(feedback.ordinal());
      }
      case DecideItem.Rearmed(long timeNanos, String detector, String operator) -> {
        out.writeByte(REARMED);
        out.writeLong(timeNanos);
        ContractCodec.writeText(detector, out);
        ContractCodec.writeText(operator, out);
      }
      case DecideItem.Losses(long timeNanos, boolean losing) -> {
        out.writeByte(LOSSES);
        out.writeLong(timeNanos);
        out.writeBoolean(losing);
      }
      case DecideItem.RulesReplaced(long timeNanos) -> {
        out.writeByte(RULES_REPLACED);
        out.writeLong(timeNanos);
      }
      case DecideItem.Pulse(long timeNanos, long enteredNanos) -> {
        out.writeByte(PULSE);
        out.writeLong(timeNanos);
        out.writeLong(enteredNanos);
      }
      case DecideItem.StagePulse(long timeNanos) -> {
        out.writeByte(STAGE_PULSE);
        out.writeLong(timeNanos);
      }
      case DecideItem.Mark(int number, boolean begins, boolean scored) -> {
        out.writeByte(MARK);
        out.writeInt(number);
        out.writeBoolean(begins);
        out.writeBoolean(scored);
      }
    }
  }

  @Override
  public DecideItem read(int version, DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case FOUND -> new DecideItem.Found(ContractCodec.readFinding(in));
      case HIT -> new DecideItem.Hit(EnforcementCodec.INSTANCE.read(version, in));
      case ADDED -> new DecideItem.Added(ContractCodec.readVerdict(in));
      case RELEASED ->
          new DecideItem.Released(
              in.readLong(),
              in.readLong(),
              ContractCodec.readText(in),
              version < 2 ? Feedback.NONE : ContractCodec.readEnum(in, Feedback.values()));
      case REARMED ->
          new DecideItem.Rearmed(
              in.readLong(), ContractCodec.readText(in), ContractCodec.readText(in));
      case LOSSES -> new DecideItem.Losses(in.readLong(), in.readBoolean());
      case RULES_REPLACED -> new DecideItem.RulesReplaced(in.readLong());
      case PULSE -> new DecideItem.Pulse(in.readLong(), in.readLong());
      case STAGE_PULSE -> new DecideItem.StagePulse(in.readLong());
      case MARK -> new DecideItem.Mark(in.readInt(), in.readBoolean(), in.readBoolean());
      default -> throw new StreamCorruptedException(kind + " is nothing to decide: damaged bytes");
    };
  }
}
