/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Counts distinct values in a fixed bitmap: linear counting (Whang, Vander-Zanden, Taylor, ACM TODS
 * 15(2), 1990). With m bits, z of them 0, the estimate is {@code m ln(m / z)}.
 *
 * <p>Standard error for n distinct values, t = n / m: {@code sqrt(m (e^t - t - 1)) / n}. For 2048
 * bits: under 0.5 at n = 32, 1.6 % at 400, 2.3 % at 4096. A full map says {@code m ln m}: 15,600
 * for 2048 bits, "at least so many". Not thread-safe; never allocates after construction.
 */
final class LinearCounter {
  private final long[] words;
  private final int mask;
  private int ones;

  /**
   * @param bits a power of two, 64 or more
   */
  LinearCounter(int bits) {
    if (bits < 64 || Integer.bitCount(bits) != 1) {
      throw new IllegalArgumentException("a power of two from 64 on, not " + bits);
    }
    words = new long[bits / 64];
    mask = bits - 1;
  }

  /** Counts a value by a hash of it whose low bits are well mixed. */
  void add(long hash) {
    int index = (int) hash & mask;
    long bit = 1L << index;
    long word = words[index >>> 6];
    if ((word & bit) == 0) {
      words[index >>> 6] = word | bit;
      ones++;
    }
  }

  /** How many distinct values there were, about. */
  long estimate() {
    if (ones == 0) {
      return 0;
    }
    int bits = mask + 1;
    int zeros = Math.max(1, bits - ones);
    return Math.round(bits * Math.log((double) bits / zeros));
  }

  /** How many bits are set: a lower bound of the distinct values, and cheap. */
  int ones() {
    return ones;
  }

  void write(DataOutput out) throws IOException {
    out.writeBoolean(ones > 0);
    if (ones > 0) {
      for (long word : words) {
        out.writeLong(word);
      }
    }
  }

  /** Takes over what a counter of as many bits wrote. */
  void read(DataInput in) throws IOException {
    clear();
    if (in.readBoolean()) {
      for (int i = 0; i < words.length; i++) {
        words[i] = in.readLong();
        ones += Long.bitCount(words[i]);
      }
    }
  }

  void clear() {
    if (ones != 0) {
      Arrays.fill(words, 0);
      ones = 0;
    }
  }
}
