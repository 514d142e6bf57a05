/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.Deflater;

/**
 * Writes blocks to a new file. Whatever happens, the file is a sequence of whole blocks up to
 * {@link #bytes}: a block that could not be written whole is cut off again. Not thread-safe.
 */
final class BlockWriter implements AutoCloseable {
  /** Three quarters of what the best level saves, at a third of its time. */
  private static final int LEVEL = 4;

  private final FileChannel channel;
  private final ByteBuffer head = BlockForm.buffer(BlockForm.HEAD_BYTES);
  private final Deflater deflater = new Deflater(LEVEL, true);
  private final byte[] dictionary = new byte[BlockForm.DICTIONARY_BYTES];
  private int dictionaryLength;
  private byte[] packed = new byte[64 << 10];
  private int sequence;
  private long position;

  /**
   * @param channel of an empty file; closed with the writer
   */
  BlockWriter(FileChannel channel) throws IOException {
    this.channel = channel;
    put(BlockForm.preamble());
  }

  /** Bytes of the file so far. */
  long bytes() {
    return position;
  }

  void write(BlockKind kind, byte[] payload, int length) throws IOException {
    boolean unused = write(kind, payload, length, Long.MAX_VALUE);
  }

  /**
   * Writes a block unless the file would then have more bytes.
   *
   * @return whether it was written
   */
  boolean write(BlockKind kind, byte[] payload, int length, long mostBytes) throws IOException {
    int stored = deflate(kind, payload, length);
    boolean compressed = stored < length;
    byte[] bytes = compressed ? packed : payload;
    int count = compressed ? stored : length;
    if (position + BlockForm.HEAD_BYTES + count > mostBytes) {
      return false;
    }
    BlockForm.head(
        head, kind, compressed ? BlockForm.COMPRESSED : 0, sequence, bytes, count, length);
    long before = position;
    try {
      put(head, ByteBuffer.wrap(bytes, 0, count));
    } catch (IOException e) {
      cut(before, e);
      throw e;
    }
    sequence++;
    if (kind == BlockKind.ITEMS) {
      dictionaryLength = Math.min(length, dictionary.length);
      System.arraycopy(payload, length - dictionaryLength, dictionary, 0, dictionaryLength);
    }
    return true;
  }

  private int deflate(BlockKind kind, byte[] payload, int length) {
    deflater.reset();
    if (kind == BlockKind.ITEMS && dictionaryLength > 0) {
      deflater.setDictionary(dictionary, 0, dictionaryLength);
    }
    deflater.setInput(payload, 0, length);
    deflater.finish();
    if (packed.length < length) {
      packed = new byte[Math.max(length, packed.length * 2)];
    }
    int stored = 0;
    while (!deflater.finished()) {
      int count = deflater.deflate(packed, stored, length - stored);
      if (count == 0) {
        return length; // It does not get smaller.
      }
      stored += count;
    }
    return stored;
  }

  private void put(ByteBuffer... buffers) throws IOException {
    for (ByteBuffer buffer : buffers) {
      while (buffer.hasRemaining()) {
        position += channel.write(buffer, position);
      }
    }
  }

  private void cut(long length, IOException cause) {
    position = length;
    try {
      channel.truncate(length);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Brings to the disk what was written. */
  void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    deflater.end();
    channel.close();
  }
}
