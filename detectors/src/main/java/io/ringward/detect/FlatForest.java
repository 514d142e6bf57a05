/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An isolation forest (Liu, Ting, Zhou, ICDM 2008; TKDD 6(1), 2012) as flat arrays: a fifth of the
 * memory of a tree of objects, and no pointer to chase. Immutable, thread-safe, at most {@value
 * #MOST_BYTES} bytes.
 *
 * <p>Nodes lie in preorder, tree after tree: the left child follows its parent, the right one is
 * found by its distance from the tree's root. An inner node holds feature and split; a leaf holds
 * the expected path length from the root.
 */
final class FlatForest {
  /** The most that the arrays of one forest take. */
  static final int MOST_BYTES = 512 * 1024;

  /** Bytes of a node: split, feature, right child. */
  static final int NODE_BYTES = Double.BYTES + 1 + Character.BYTES;

  /** The most nodes of one forest. */
  static final int MOST_NODES = MOST_BYTES / NODE_BYTES - 256;

  private static final int LEAF = -1;
  private static final int VERSION = 1;
  private static final int MOST_TREES = 256;

  private final int[] roots;
  private final byte[] feature;
  private final double[] split;
  private final char[] right;
  private final double normalizer;

  private FlatForest(int[] roots, byte[] feature, double[] split, char[] right, double normalizer) {
    this.roots = roots;
    this.feature = feature;
    this.split = split;
    this.right = right;
    this.normalizer = normalizer;
  }

  /**
   * How anomalous a vector is: {@code 2^(-E(h) / c)}, 0 to 1, about 0.5 for a common one.
   *
   * @param values finite, by feature index; longer than the largest index of a split
   */
  double score(double[] values) {
    double sum = 0;
    for (int root : roots) {
      int node = root;
      for (int at = feature[node]; at >= 0; at = feature[node]) {
        node = values[at] < split[node] ? node + 1 : root + right[node];
      }
      sum += split[node];
    }
    return Math.pow(2, -(sum / roots.length) / normalizer);
  }

  int trees() {
    return roots.length;
  }

  int nodes() {
    return split.length;
  }

  /** What the arrays take. */
  int bytes() {
    return nodes() * NODE_BYTES + roots.length * Integer.BYTES;
  }

  void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeDouble(normalizer);
    out.writeShort(roots.length);
    out.writeInt(nodes());
    ByteBuffer bytes = ByteBuffer.allocate(bytes());
    bytes.asIntBuffer().put(roots);
    bytes.position(roots.length * Integer.BYTES);
    bytes.put(feature);
    for (double value : split) {
      bytes.putDouble(value);
    }
    for (char offset : right) {
      bytes.putChar(offset);
    }
    out.write(bytes.array());
  }

  static FlatForest read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "a forest of version " + version + ": this Ringward reads version " + VERSION);
    }
    double normalizer = in.readDouble();
    int trees = in.readUnsignedShort();
    int nodes = in.readInt();
    if (!(normalizer > 0)
        || trees < 1
        || trees > MOST_TREES
        || nodes < trees
        || nodes > MOST_NODES) {
      throw new StreamCorruptedException(
          "a forest of " + trees + " trees and " + nodes + " nodes: damaged state");
    }
    byte[] raw = new byte[nodes * NODE_BYTES + trees * Integer.BYTES];
    in.readFully(raw);
    ByteBuffer bytes = ByteBuffer.wrap(raw);
    int[] roots = new int[trees];
    byte[] feature = new byte[nodes];
    double[] split = new double[nodes];
    char[] right = new char[nodes];
    bytes.asIntBuffer().get(roots);
    bytes.position(trees * Integer.BYTES);
    bytes.get(feature);
    for (int i = 0; i < nodes; i++) {
      split[i] = bytes.getDouble();
    }
    for (int i = 0; i < nodes; i++) {
      right[i] = bytes.getChar();
    }
    FlatForest forest = new FlatForest(roots, feature, split, right, normalizer);
    forest.check();
    return forest;
  }

  /** Every walk has to move forward and end in its own tree, whatever the bytes were. */
  private void check() throws StreamCorruptedException {
    int nodes = nodes();
    for (int t = 0; t < roots.length; t++) {
      int root = roots[t];
      int end = t + 1 < roots.length ? roots[t + 1] : nodes;
      if ((t == 0 && root != 0) || root < 0 || root >= end || end > nodes) {
        throw new StreamCorruptedException("the trees of a forest overlap: damaged state");
      }
      for (int i = root; i < end; i++) {
        boolean leaf = feature[i] == LEAF;
        int to = root + right[i];
        if (Double.isNaN(split[i])
            || feature[i] < LEAF
            || feature[i] >= Feature.COUNT
            || (!leaf && (i + 1 >= end || to <= i + 1 || to >= end))
            || (leaf && !(split[i] >= 0 && split[i] < 1e6))) {
          throw new StreamCorruptedException("node " + i + " of a forest is damaged");
        }
      }
    }
  }

  /** Takes trees in preorder. */
  static final class Builder {
    private int[] roots = new int[128];
    private byte[] feature = new byte[4096];
    private double[] split = new double[4096];
    private char[] right = new char[4096];
    private int trees;
    private int nodes;

    /** Nodes so far. */
    int nodes() {
      return nodes;
    }

    /** Trees so far. */
    int trees() {
      return trees;
    }

    void beginTree() {
      if (trees == roots.length) {
        roots = Arrays.copyOf(roots, 2 * trees);
      }
      roots[trees++] = nodes;
    }

    void leaf(double pathLength) {
      add(LEAF, pathLength);
    }

    /**
     * An inner node; its left subtree is to be added next, then {@link #right} is called, then the
     * right subtree is added.
     *
     * @return the node, for {@link #right}
     */
    int inner(int feature, double split) {
      add(feature, split);
      return nodes - 1;
    }

    /** The next node added is the right child of this one. */
    void right(int node) {
      right[node] = (char) (nodes - roots[trees - 1]);
    }

    /** Takes the last tree back. */
    void dropTree() {
      nodes = roots[--trees];
    }

    /**
     * @param normalizer the mean path length of the sample that each tree was grown on
     */
    FlatForest build(double normalizer) {
      return new FlatForest(
          Arrays.copyOf(roots, trees),
          Arrays.copyOf(feature, nodes),
          Arrays.copyOf(split, nodes),
          Arrays.copyOf(right, nodes),
          normalizer);
    }

    private void add(int at, double value) {
      if (nodes == split.length) {
        feature = Arrays.copyOf(feature, 2 * nodes);
        split = Arrays.copyOf(split, 2 * nodes);
        right = Arrays.copyOf(right, 2 * nodes);
      }
      feature[nodes] = (byte) at;
      split[nodes] = value;
      nodes++;
    }
  }
}
