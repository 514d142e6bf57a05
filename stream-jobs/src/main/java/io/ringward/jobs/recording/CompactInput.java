/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StreamCorruptedException;

/** Reads what {@link CompactOutput} wrote. Not thread-safe. */
final class CompactInput extends InputStream {
  private byte[] bytes = {};
  private int at;
  private int end;

  CompactInput() {}

  CompactInput(byte[] bytes) {
    wrap(bytes, bytes.length);
  }

  void wrap(byte[] bytes, int length) {
    this.bytes = bytes;
    at = 0;
    end = length;
  }

  boolean hasRemaining() {
    return at < end;
  }

  @Override
  public int read() {
    return at < end ? bytes[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] to, int offset, int length) {
    if (at == end) {
      return length == 0 ? 0 : -1;
    }
    int count = Math.min(length, end - at);
    System.arraycopy(bytes, at, to, offset, count);
    at += count;
    return count;
  }

  int octet() throws IOException {
    if (at == end) {
      throw new EOFException("the bytes end in the middle of a value");
    }
    return bytes[at++] & 0xff;
  }

  void fill(byte[] to, int offset, int length) throws IOException {
    if (end - at < length) {
      throw new EOFException("the bytes end in the middle of a value");
    }
    System.arraycopy(bytes, at, to, offset, length);
    at += length;
  }

  long unsigned() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = octet();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new StreamCorruptedException("a number has more than 64 bits");
  }

  long signed() throws IOException {
    long value = unsigned();
    return value >>> 1 ^ -(value & 1);
  }

  /** A number that is a count or an index. */
  int count(int most) throws IOException {
    long value = unsigned();
    if (value < 0 || value > most) {
      throw new StreamCorruptedException(
          Long.toUnsignedString(value) + " where " + most + " is the most");
    }
    return (int) value;
  }
}
