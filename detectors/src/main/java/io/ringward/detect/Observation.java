/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.ProcessInfo;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.List;
import java.util.Objects;

/**
 * A vector with what the process table knew of its process at that moment: all that a detector
 * needs to tell people, so that nothing has to be looked up downstream.
 *
 * @param process the one that {@link FeatureVector#process} names
 * @param ancestry its ancestors, parent first
 */
public record Observation(FeatureVector vector, ProcessInfo process, List<ProcessInfo> ancestry) {
  private static final int VERSION = 1;

  public Observation {
    Objects.requireNonNull(vector);
    Objects.requireNonNull(process);
    ancestry = List.copyOf(ancestry);
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    vector.write(out);
    ContractCodec.writeProcess(process, out);
    ContractCodec.writeList(ancestry, ContractCodec::writeProcess, out);
  }

  public static Observation read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "an observation of version " + version + ": this Ringward reads version " + VERSION);
    }
    return new Observation(
        FeatureVector.read(in),
        ContractCodec.readProcess(in),
        ContractCodec.readList(in, ContractCodec::readProcess));
  }
}
