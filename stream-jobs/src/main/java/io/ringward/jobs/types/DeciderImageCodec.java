/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.ContractCodec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;

/** The boot id, then the length and the bytes. */
final class DeciderImageCodec implements Codec<DeciderImage> {
  @Override
  public void write(DeciderImage image, DataOutput out) throws IOException {
    ContractCodec.writeText(image.bootId(), out);
    out.writeInt(image.bytes().length);
    out.write(image.bytes());
  }

  @Override
  public DeciderImage read(int version, DataInput in) throws IOException {
    String bootId = ContractCodec.readText(in);
    int length = in.readInt();
    if (length < 0 || length > MOST_BYTES) {
      throw new StreamCorruptedException("a decider of " + length + " bytes: damaged state");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return new DeciderImage(bootId, bytes);
  }
}
