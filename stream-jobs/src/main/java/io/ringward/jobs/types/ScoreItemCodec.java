/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.detect.Observation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;

/** A kind byte, then the item. */
final class ScoreItemCodec implements Codec<ScoreItem> {
  static final ScoreItemCodec INSTANCE = new ScoreItemCodec();

  private static final int OBSERVED = 0;
  private static final int PULSE = 1;
  private static final int MARK = 2;
  private static final int UNSCORED = 3;

  private ScoreItemCodec() {}

  @Override
  public void write(ScoreItem item, DataOutput out) throws IOException {
    switch (item) {
      case ScoreItem.Observed(Observation observation) -> {
        out.writeByte(OBSERVED);
        observation.write(out);
      }
      case ScoreItem.Pulse(long timeNanos, long enteredNanos) -> {
        out.writeByte(PULSE);
        out.writeLong(timeNanos);
        out.writeLong(enteredNanos);
      }
      case ScoreItem.Unscored(DecideItem unscored) -> {
        out.writeByte(UNSCORED);
        DecideItemCodec.INSTANCE.write(unscored, out);
      }
      case ScoreItem.Mark(int number, boolean begins) -> {
        out.writeByte(MARK);
        out.writeInt(number);
        out.writeBoolean(begins);
      }
    }
  }

  @Override
  public ScoreItem read(int version, DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case OBSERVED -> new ScoreItem.Observed(Observation.read(in));
      case PULSE -> new ScoreItem.Pulse(in.readLong(), in.readLong());
      case MARK -> new ScoreItem.Mark(in.readInt(), in.readBoolean());
      case UNSCORED -> new ScoreItem.Unscored(DecideItemCodec.INSTANCE.read(version, in));
      default -> throw new StreamCorruptedException(kind + " is nothing to score: damaged bytes");
    };
  }
}
