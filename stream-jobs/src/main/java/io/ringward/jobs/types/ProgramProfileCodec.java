/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.detect.ProgramProfile;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** A profile as it writes itself. Profiles change, so a copy is made by writing and reading. */
final class ProgramProfileCodec implements Codec<ProgramProfile> {
  @Override
  public void write(ProgramProfile profile, DataOutput out) throws IOException {
    profile.write(out);
  }

  @Override
  public ProgramProfile read(int version, DataInput in) throws IOException {
    return ProgramProfile.read(in);
  }

  @Override
  public ProgramProfile copy(ProgramProfile profile) {
    try {
      DataOutputSerializer out = new DataOutputSerializer(32 * 1024);
      profile.write(out);
      return ProgramProfile.read(new DataInputDeserializer(out.getSharedBuffer(), 0, out.length()));
    } catch (IOException e) {
      throw new UncheckedIOException("what was just written cannot be read", e);
    }
  }
}
