/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.OptionalLong;

/** A kind byte, then the item. */
final class SinkItemCodec implements Codec<SinkItem> {
  static final SinkItemCodec INSTANCE = new SinkItemCodec();

  private static final int APPLY = 0;
  private static final int RELEASE = 1;
  private static final int TELL = 2;
  private static final int PULSE = 3;

  private SinkItemCodec() {}

  @Override
  public void write(SinkItem item, DataOutput out) throws IOException {
    switch (item) {
      case SinkItem.Apply(Verdict verdict, OptionalLong supersedes) -> {
        out.writeByte(APPLY);
        ContractCodec.writeVerdict(verdict, out);
        out.writeBoolean(supersedes.isPresent());
        out.writeLong(supersedes.orElse(0));
      }
      case SinkItem.Release(long timeNanos, long verdictId, String why) -> {
        out.writeByte(RELEASE);
        out.writeLong(timeNanos);
        out.writeLong(verdictId);
        ContractCodec.writeText(why, out);
      }
      case SinkItem.Tell(Incident incident) -> {
        out.writeByte(TELL);
        ContractCodec.writeIncident(incident, out);
      }
      case SinkItem.Pulse(long timeNanos, long enteredNanos) -> {
        out.writeByte(PULSE);
        out.writeLong(timeNanos);
        out.writeLong(enteredNanos);
      }
    }
  }

  @Override
  public SinkItem read(int version, DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case APPLY -> {
        Verdict verdict = ContractCodec.readVerdict(in);
        boolean supersedes = in.readBoolean();
        long id = in.readLong();
        yield new SinkItem.Apply(verdict, supersedes ? OptionalLong.of(id) : OptionalLong.empty());
      }
      case RELEASE ->
          new SinkItem.Release(in.readLong(), in.readLong(), ContractCodec.readText(in));
      case TELL -> new SinkItem.Tell(ContractCodec.readIncident(in));
      case PULSE -> new SinkItem.Pulse(in.readLong(), in.readLong());
      default -> throw new StreamCorruptedException(kind + " is nothing to do: damaged bytes");
    };
  }
}
