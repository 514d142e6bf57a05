/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.Action;
import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Event;
import io.ringward.kernel.Hook;
import io.ringward.kernel.Operation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** All of an {@link Event.Enforcement}, in the order of its components. */
final class EnforcementCodec implements Codec<Event.Enforcement> {
  static final EnforcementCodec INSTANCE = new EnforcementCodec();

  private EnforcementCodec() {}

  @Override
  public void write(Event.Enforcement hit, DataOutput out) throws IOException {
    Event.Header header = hit.header();
    out.writeByte(header.hook().ordinal());
    out.writeLong(header.kernelTimeNanos());
    ContractCodec.writeKey(header.process(), out);
    ContractCodec.writeKey(header.parent(), out);
    out.writeInt(header.tid());
    out.writeInt(header.uid());
    out.writeLong(header.cgroupId());
    out.writeLong(hit.verdictId());
    out.writeLong(hit.hits());
    out.writeByte(hit.action().ordinal());
    out.writeByte(hit.operation().ordinal());
    out.writeInt(hit.errno());
    out.writeBoolean(hit.shadow());
    out.writeByte(hit.hook().ordinal());
  }

  @Override
  public Event.Enforcement read(int version, DataInput in) throws IOException {
    Event.Header header =
        new Event.Header(
            ContractCodec.readEnum(in, Hook.values()),
            in.readLong(),
            ContractCodec.readKey(in),
            ContractCodec.readKey(in),
            in.readInt(),
            in.readInt(),
            in.readLong());
    return new Event.Enforcement(
        header,
        in.readLong(),
        in.readLong(),
        ContractCodec.readEnum(in, Action.values()),
        ContractCodec.readEnum(in, Operation.values()),
        in.readInt(),
        in.readBoolean(),
        ContractCodec.readEnum(in, Hook.values()));
  }
}
