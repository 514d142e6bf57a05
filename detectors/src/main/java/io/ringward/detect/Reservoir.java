/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Arrays;

/**
 * A bounded sample of a program's vectors that favours the recent past: a biased reservoir
 * (Aggarwal, VLDB 2006). The first {@value #CAPACITY} are all kept; after that a vector replaces a
 * random one with probability {@value #CAPACITY} ln 2 / {@value #HALF_LIFE}, so that half of what
 * was kept is gone after {@value #HALF_LIFE} more vectors. Random choices come from its own state.
 * Not thread-safe.
 */
final class Reservoir {
  static final int CAPACITY = 512;
  static final int HALF_LIFE = 4096;

  private static final double PROBABILITY = CAPACITY * Math.log(2) / HALF_LIFE;
  private static final int WIDTH = Feature.COUNT;

  private float[] values;
  private int size;
  private long random;

  Reservoir(long seed) {
    this(new float[16 * WIDTH], 0, seed);
  }

  private Reservoir(float[] values, int size, long random) {
    this.values = values;
    this.size = size;
    this.random = random;
  }

  /** An independent one that goes on from here. */
  Reservoir copy() {
    return new Reservoir(values.clone(), size, random);
  }

  /** Offers a vector; its values are copied. */
  void offer(double[] vector) {
    int slot = size;
    if (size < CAPACITY) {
      if ((size + 1) * WIDTH > values.length) {
        values = Arrays.copyOf(values, Math.min(2 * values.length, CAPACITY * WIDTH));
      }
      size++;
    } else {
      random = Mixing.next(random);
      if (Mixing.unit(random) >= PROBABILITY) {
        return;
      }
      random = Mixing.next(random);
      slot = (int) (Mixing.unit(random) * CAPACITY);
    }
    for (int i = 0; i < WIDTH; i++) {
      values[slot * WIDTH + i] = (float) vector[i];
    }
  }

  /** Whether a draw of this probability succeeds; moves the random state on. */
  boolean draw(double probability) {
    random = Mixing.next(random);
    return Mixing.unit(random) < probability;
  }

  int size() {
    return size;
  }

  /** One feature over all vectors, sorted. */
  double[] sortedColumn(int feature) {
    double[] column = new double[size];
    for (int i = 0; i < size; i++) {
      column[i] = values[i * WIDTH + feature];
    }
    Arrays.sort(column);
    return column;
  }

  /** The values of some features, a row for each vector. */
  double[][] rows(int[] features) {
    double[][] rows = new double[size][features.length];
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < features.length; k++) {
        rows[i][k] = values[i * WIDTH + features[k]];
      }
    }
    return rows;
  }

  /** Copies one vector out. */
  void copy(int index, double[] vector) {
    for (int i = 0; i < WIDTH; i++) {
      vector[i] = values[index * WIDTH + i];
    }
  }

  void write(DataOutput out) throws IOException {
    out.writeByte(WIDTH);
    out.writeShort(size);
    out.writeLong(random);
    for (int i = 0; i < size * WIDTH; i++) {
      out.writeFloat(values[i]);
    }
  }

  static Reservoir read(DataInput in) throws IOException {
    int width = in.readUnsignedByte();
    int size = in.readUnsignedShort();
    if (width != WIDTH || size > CAPACITY) {
      throw new StreamCorruptedException(
          "a reservoir of " + size + " vectors of " + width + " features: damaged state");
    }
    long random = in.readLong();
    float[] values = new float[Math.max(16, size) * WIDTH];
    for (int i = 0; i < size * WIDTH; i++) {
      values[i] = in.readFloat();
      if (!Float.isFinite(values[i])) {
        throw new StreamCorruptedException("a reservoir with " + values[i] + ": damaged state");
      }
    }
    return new Reservoir(values, size, random);
  }
}
