/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The frame of the file, little-endian.
 *
 * <p>First {@value #PREAMBLE_BYTES} bytes: the magic number, the version of the form, and the
 * CRC-32C of both. The magic number begins with a byte that is no text and holds a line break of
 * each kind, so that a file that went through a text conversion is told from a damaged one.
 *
 * <p>Then blocks, each of a head of {@value #HEAD_BYTES} bytes and its payload: u32 magic, u8 kind,
 * u8 flags (1: compressed by deflate), u16 zero, u32 sequence number from 0 on, u32 bytes stored,
 * u32 bytes when inflated, u32 CRC-32C (RFC 3720) of the head before it and the payload.
 */
final class BlockForm {
  static final long MAGIC = 0x0A1A_0A0D_4457_5289L; // 0x89 "RWD" \r \n 0x1A \n
  static final int VERSION = 1;
  static final int PREAMBLE_BYTES = 16;
  static final int BLOCK_MAGIC = 0x4257_5289;
  static final int HEAD_BYTES = 24;
  static final int COMPRESSED = 1;

  /** Longest payload, stored or inflated. */
  static final int MOST_BYTES = 128 << 20;

  /** How much of the block before is used to compress the next. */
  static final int DICTIONARY_BYTES = 32 << 10;

  private BlockForm() {}

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static ByteBuffer preamble() {
    ByteBuffer preamble = buffer(PREAMBLE_BYTES).putLong(MAGIC).putInt(VERSION);
    return preamble.putInt(sum(preamble.array(), 12, new byte[0], 0)).flip();
  }

  /** Writes a head for its payload. */
  static void head(
      ByteBuffer head,
      BlockKind kind,
      int flags,
      int sequence,
      byte[] stored,
      int length,
      int raw) {
    head.clear();
    head.putInt(BLOCK_MAGIC).put((byte) kind.code()).put((byte) flags).putShort((short) 0);
    head.putInt(sequence).putInt(length).putInt(raw);
    head.putInt(sum(head.array(), HEAD_BYTES - Integer.BYTES, stored, length));
    head.flip();
  }

  static int sum(byte[] head, int headLength, byte[] payload, int length) {
    CRC32C sum = new CRC32C();
    sum.update(head, 0, headLength);
    sum.update(payload, 0, length);
    return (int) sum.getValue();
  }
}
