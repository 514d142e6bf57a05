/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the blocks of a file, one after the other, and checks all that can be checked. Not
 * thread-safe.
 */
final class BlockReader implements AutoCloseable {
  private final FileChannel channel;
  private final ByteBuffer head = BlockForm.buffer(BlockForm.HEAD_BYTES);
  private final Inflater inflater = new Inflater(true);
  private final byte[] dictionary = new byte[BlockForm.DICTIONARY_BYTES];
  private int dictionaryLength;
  private byte[] stored = {};
  private byte[] payload = {};
  private int length;
  private int sequence;
  private long offset;
  private long next = BlockForm.PREAMBLE_BYTES;
  private BlockKind kind;

  /**
   * @param channel stands anywhere; not closed with the reader
   */
  BlockReader(FileChannel channel) {
    this.channel = channel;
  }

  /** Where the block that was read last begins. */
  long offset() {
    return offset;
  }

  /** Where the next block begins. */
  long nextOffset() {
    return next;
  }

  BlockKind kind() {
    return kind;
  }

  /** The payload of the block that was read last, in a buffer that the next one overwrites. */
  byte[] payload() {
    return payload;
  }

  int length() {
    return length;
  }

  /**
   * Reads the next block.
   *
   * @return false at the end of the file
   * @throws RecordingException when the block is damaged, at {@link #nextOffset}
   */
  boolean read() throws IOException {
    offset = next;
    head.clear();
    int got = fill(head, offset);
    if (got == 0) {
      return false;
    }
    if (got < BlockForm.HEAD_BYTES) {
      throw damaged("the file ends in the head of a block");
    }
    head.flip();
    boolean known = head.getInt() == BlockForm.BLOCK_MAGIC;
    kind = BlockKind.ofCode(head.get());
    int flags = head.get();
    int zero = head.getShort();
    int number = head.getInt();
    int count = head.getInt();
    length = head.getInt();
    int sum = head.getInt();
    if (!known || kind == null || zero != 0 || (flags & ~BlockForm.COMPRESSED) != 0) {
      throw damaged("this is not the head of a block");
    }
    if (count < 0
        || count > BlockForm.MOST_BYTES
        || length < count
        || length > BlockForm.MOST_BYTES) {
      throw damaged("the head of a block says impossible lengths");
    }
    if (number != sequence) {
      throw damaged("block " + number + " stands where block " + sequence + " should");
    }
    readPayload(flags, count, sum);
    sequence++;
    next = offset + BlockForm.HEAD_BYTES + count;
    return true;
  }

  private void readPayload(int flags, int count, int sum) throws IOException {
    if (stored.length < count) {
      stored = new byte[Math.max(count, stored.length * 2)];
    }
    int got = fill(ByteBuffer.wrap(stored, 0, count), offset + BlockForm.HEAD_BYTES);
    if (got < count) {
      throw damaged("the file ends in a block, after " + got + " of " + count + " bytes");
    }
    if (BlockForm.sum(head.array(), BlockForm.HEAD_BYTES - Integer.BYTES, stored, count) != sum) {
      throw damaged("the checksum of a block is wrong");
    }
    if ((flags & BlockForm.COMPRESSED) == 0) {
      payload = java.util.Arrays.copyOf(stored, count);
      length = count;
    } else {
      inflate(count);
    }
    if (kind == BlockKind.ITEMS) {
      dictionaryLength = Math.min(length, dictionary.length);
      System.arraycopy(payload, length - dictionaryLength, dictionary, 0, dictionaryLength);
    }
  }

  private void inflate(int count) throws RecordingException {
    if (payload.length < length) {
      payload = new byte[Math.max(length, payload.length * 2)];
    }
    inflater.reset();
    inflater.setInput(stored, 0, count);
    try {
      if (kind == BlockKind.ITEMS && dictionaryLength > 0) {
        inflater.setDictionary(dictionary, 0, dictionaryLength);
      }
      int done = 0;
      while (done < length) {
        int got = inflater.inflate(payload, done, length - done);
        if (got == 0) {
          throw damaged("a block does not inflate to what its head says");
        }
        done += got;
      }
    } catch (DataFormatException | IllegalArgumentException e) {
      throw damaged("a block cannot be inflated");
    }
  }

  private int fill(ByteBuffer buffer, long from) throws IOException {
    int start = buffer.position();
    long at = from;
    while (buffer.hasRemaining()) {
      int got = channel.read(buffer, at);
      if (got < 0) {
        break;
      }
      at += got;
    }
    return buffer.position() - start;
  }

  private RecordingException damaged(String why) {
    return new RecordingException("damaged at byte " + offset + ": " + why);
  }

  @Override
  public void close() {
    inflater.end();
  }
}
