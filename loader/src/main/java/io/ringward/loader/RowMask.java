/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;

/** A set of rows of the inline policy: {@code struct rw_inline_mask}. Not thread-safe. */
final class RowMask {
  private final long[] words = new long[WireLayouts.INLINE_WORDS];

  void add(int row) {
    words[row / Long.SIZE] |= 1L << row;
  }

  void write(MemorySegment memory, long at) {
    for (int word = 0; word < words.length; word++) {
      memory.set(JAVA_LONG, at + (long) word * Long.BYTES, words[word]);
    }
  }

  static RowMask read(MemorySegment memory, long at) {
    RowMask mask = new RowMask();
    for (int word = 0; word < mask.words.length; word++) {
      mask.words[word] = memory.get(JAVA_LONG, at + (long) word * Long.BYTES);
    }
    return mask;
  }

  boolean contains(int row) {
    return (words[row / Long.SIZE] & 1L << row) != 0;
  }
}
