/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.source;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Version 1 is one byte: 1 when the split has been given to a reader. */
final class AssignedSerializer implements SimpleVersionedSerializer<Boolean> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(Boolean assigned) {
    return new byte[] {(byte) (assigned ? 1 : 0)};
  }

  @Override
  public Boolean deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION || bytes.length != 1) {
      throw new IOException("an enumerator's state of version " + version + " cannot be read");
    }
    return bytes[0] == 1;
  }
}
