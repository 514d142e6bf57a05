/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;

/**
 * How a key or value of a map is laid out in memory. Implementations are stateless and thread-safe,
 * and keep no reference to the memory they are given.
 */
public interface MapCodec<T> {
  /** Size of one value, which must be the map's key or value size. */
  long byteSize();

  /** Writes all {@link #byteSize()} bytes, padding included, at the offset. */
  void encode(T value, MemorySegment target, long offset);

  /** Reads the value at the offset. */
  T decode(MemorySegment source, long offset);

  /** Writes a value. */
  @FunctionalInterface
  interface Encoder<T> {
    void encode(T value, MemorySegment target, long offset);
  }

  /** Reads a value. */
  @FunctionalInterface
  interface Decoder<T> {
    T decode(MemorySegment source, long offset);
  }

  /** A codec for values of a layout, whose size it takes. */
  static <T> MapCodec<T> of(MemoryLayout layout, Encoder<T> encoder, Decoder<T> decoder) {
    long byteSize = layout.byteSize();
    return new MapCodec<>() {
      @Override
      public long byteSize() {
        return byteSize;
      }

      @Override
      public void encode(T value, MemorySegment target, long offset) {
        encoder.encode(value, target, offset);
      }

      @Override
      public T decode(MemorySegment source, long offset) {
        return decoder.decode(source, offset);
      }
    };
  }

  /** A __u32, its bits in an int. */
  static MapCodec<Integer> u32() {
    return of(
        JAVA_INT_UNALIGNED,
        (value, target, offset) -> target.set(JAVA_INT_UNALIGNED, offset, value),
        (source, offset) -> source.get(JAVA_INT_UNALIGNED, offset));
  }

  /** A __u64, its bits in a long. */
  static MapCodec<Long> u64() {
    return of(
        JAVA_LONG_UNALIGNED,
        (value, target, offset) -> target.set(JAVA_LONG_UNALIGNED, offset, value),
        (source, offset) -> source.get(JAVA_LONG_UNALIGNED, offset));
  }

  /** Exactly that many bytes, copied. */
  static MapCodec<byte[]> bytes(int byteSize) {
    return of(
        MemoryLayout.sequenceLayout(byteSize, JAVA_BYTE),
        (value, target, offset) -> {
          if (value.length != byteSize) {
            throw new IllegalArgumentException(
                "expected " + byteSize + " bytes, not " + value.length);
          }
          MemorySegment.copy(value, 0, target, JAVA_BYTE, offset, byteSize);
        },
        (source, offset) -> {
          byte[] value = new byte[byteSize];
          MemorySegment.copy(source, JAVA_BYTE, offset, value, 0, byteSize);
          return value;
        });
  }
}
