/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.ControlGroupAccount;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.KernelSample.ProcessAccount;
import io.ringward.kernel.PerformanceCount;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * All of a {@link KernelSample}, in the order of its components. Before version 4 there were no
 * counts of performance.
 */
final class KernelSampleCodec implements Codec<KernelSample> {
  static final KernelSampleCodec INSTANCE = new KernelSampleCodec();

  private KernelSampleCodec() {}

  @Override
  public void write(KernelSample sample, DataOutput out) throws IOException {
    out.writeLong(sample.timeNanos());
    Codec.writeLongList(sample.hooks(), KernelSampleCodec::writeCounters, out);
    Codec.writeLongList(sample.processes(), KernelSampleCodec::writeProcess, out);
    Codec.writeLongList(sample.controlGroups(), KernelSampleCodec::writeGroup, out);
    Codec.writeLongList(sample.performance(), KernelSampleCodec::writePerformance, out);
  }

  @Override
  public KernelSample read(int version, DataInput in) throws IOException {
    return new KernelSample(
        in.readLong(),
        Codec.readLongList(in, KernelSampleCodec::readCounters),
        Codec.readLongList(in, KernelSampleCodec::readProcess),
        Codec.readLongList(in, KernelSampleCodec::readGroup),
        version < 4 ? List.of() : Codec.readLongList(in, KernelSampleCodec::readPerformance));
  }

  private static void writeCounters(HookCounters counters, DataOutput out) throws IOException {
    out.writeByte(counters.hook().ordinal());
    out.writeLong(counters.produced());
    ContractCodec.writeList(counters.dropped(), KernelSampleCodec::writeNumber, out);
    ContractCodec.writeList(counters.mapFailures(), KernelSampleCodec::writeNumber, out);
    out.writeLong(counters.delivered());
    out.writeLong(counters.recursionMisses());
  }

  private static HookCounters readCounters(DataInput in) throws IOException {
    return new HookCounters(
        ContractCodec.readEnum(in, Hook.values()),
        in.readLong(),
        ContractCodec.readList(in, DataInput::readLong),
        ContractCodec.readList(in, DataInput::readLong),
        in.readLong(),
        in.readLong());
  }

  private static void writeProcess(ProcessAccount account, DataOutput out) throws IOException {
    ContractCodec.writeKey(account.process(), out);
    writeAccount(account.account(), out);
  }

  private static ProcessAccount readProcess(DataInput in) throws IOException {
    return new ProcessAccount(ContractCodec.readKey(in), readAccount(in));
  }

  private static void writeGroup(ControlGroupAccount account, DataOutput out) throws IOException {
    out.writeLong(account.cgroupId());
    writeAccount(account.account(), out);
  }

  private static ControlGroupAccount readGroup(DataInput in) throws IOException {
    return new ControlGroupAccount(in.readLong(), readAccount(in));
  }

  private static void writePerformance(PerformanceCount row, DataOutput out) throws IOException {
    out.writeByte(row.kind().ordinal());
    ContractCodec.writeList(row.key(), KernelSampleCodec::writeNumber, out);
    ContractCodec.writeList(row.values(), KernelSampleCodec::writeNumber, out);
  }

  private static PerformanceCount readPerformance(DataInput in) throws IOException {
    PerformanceCount.Kind kind = ContractCodec.readEnum(in, PerformanceCount.Kind.values());
    List<Long> key = ContractCodec.readList(in, DataInput::readLong);
    List<Long> values = ContractCodec.readList(in, DataInput::readLong);
    try {
      return kind.of(key, values);
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new IOException("damaged state: " + e.getMessage(), e);
    }
  }

  private static void writeAccount(CpuAccount account, DataOutput out) throws IOException {
    out.writeLong(account.onCpuNanos());
    out.writeLong(account.waitNanos());
    out.writeLong(account.switches());
    ContractCodec.writeList(account.waitHistogram(), KernelSampleCodec::writeNumber, out);
  }

  private static CpuAccount readAccount(DataInput in) throws IOException {
    return new CpuAccount(
        in.readLong(),
        in.readLong(),
        in.readLong(),
        ContractCodec.readList(in, DataInput::readLong));
  }

  private static void writeNumber(Long number, DataOutput out) throws IOException {
    out.writeLong(number);
  }
}
