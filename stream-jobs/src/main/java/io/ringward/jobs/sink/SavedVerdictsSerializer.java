/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.sink;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Version 1: boot id, count, verdicts, and a CRC-32C over all of that. */
final class SavedVerdictsSerializer implements SimpleVersionedSerializer<SavedVerdicts> {
  private static final int VERSION = 1;
  private static final int MOST = 1 << 20;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(SavedVerdicts saved) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    ContractCodec.writeText(saved.bootId(), out);
    out.writeInt(saved.verdicts().size());
    for (Verdict verdict : saved.verdicts()) {
      ContractCodec.writeVerdict(verdict, out);
    }
    out.writeInt(sum(out.getSharedBuffer(), out.length()));
    return out.getCopyOfBuffer();
  }

  @Override
  public SavedVerdicts deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION) {
      throw new IOException("saved verdicts of version " + version + " cannot be read by this one");
    }
    int end = bytes.length - Integer.BYTES;
    if (end < 0
        || sum(bytes, end) != new DataInputDeserializer(bytes, end, Integer.BYTES).readInt()) {
      throw new StreamCorruptedException("the checksum of saved verdicts is wrong: damaged state");
    }
    DataInputDeserializer in = new DataInputDeserializer(bytes, 0, end);
    String bootId = ContractCodec.readText(in);
    int count = in.readInt();
    if (count < 0 || count > MOST) {
      throw new StreamCorruptedException(count + " saved verdicts: damaged state");
    }
    List<Verdict> verdicts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      verdicts.add(ContractCodec.readVerdict(in));
    }
    return new SavedVerdicts(bootId, verdicts);
  }

  private static int sum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return (int) sum.getValue();
  }
}
