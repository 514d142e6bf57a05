/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import java.io.OutputStream;
import java.util.Arrays;

/**
 * A growing buffer of bytes. Numbers are written in base 128, the lowest seven bits first, with the
 * top bit set on all bytes but the last; signed ones with the sign in the lowest bit (the encoding
 * of Protocol Buffers). Not thread-safe.
 */
final class CompactOutput extends OutputStream {
  private byte[] bytes = new byte[4096];
  private int size;

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  @Override
  public void write(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  @Override
  public void write(byte[] from, int offset, int length) {
    ensure(length);
    System.arraycopy(from, offset, bytes, size, length);
    size += length;
  }

  /** A number whose high bits are mostly 0. */
  void unsigned(long value) {
    ensure(10);
    long left = value;
    while ((left & ~0x7fL) != 0) {
      bytes[size++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[size++] = (byte) left;
  }

  /** A number that is mostly near 0. */
  void signed(long value) {
    unsigned(value << 1 ^ value >> 63);
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
