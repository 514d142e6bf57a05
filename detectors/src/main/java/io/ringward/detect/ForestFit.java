/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import smile.anomaly.IsolationForest;
import smile.anomaly.IsolationTree;
import smile.math.MathEx;

/**
 * Fits isolation forests with Smile and flattens them: the only file that knows Smile.
 *
 * <p>Smile 6.3.0 draws from a generator of the calling thread and spreads the trees over the common
 * pool, and its normal distribution is one object for all threads that keeps a spare number; so
 * equal data give other forests from run to run. Here each tree is fitted alone (a parallel stream
 * of one runs on its caller), under a lock, after seeding, which clears the spare, too: equal data
 * and seed give equal forests. Its nodes are private; they are read by reflection, and a Smile that
 * names them otherwise is refused when this class is loaded.
 *
 * <p>Only the axis-parallel form (extension level 0) is used, in which each split looks at one
 * feature. Thread-safe.
 */
final class ForestFit {
  /** Trees of a forest, as the authors advise; fewer when they would pass the bound in bytes. */
  static final int TREES = 100;

  /** Rows that each tree is grown on, as the authors advise; fewer for little data. */
  static final int SAMPLE = 256;

  private static final Object LOCK = new Object();
  private static final Nodes NODES = new Nodes();

  private ForestFit() {}

  /**
   * Fits a forest.
   *
   * @param rows at least two, of equal length, finite
   * @param features the feature index of each column
   * @param seed decides all that is random
   */
  static FlatForest fit(double[][] rows, int[] features, long seed) {
    int sample = sampleSize(rows.length);
    FlatForest.Builder builder = new FlatForest.Builder();
    for (int t = 0; t < TREES && builder.nodes() <= FlatForest.MOST_NODES; t++) {
      builder.beginTree();
      NODES.flatten(tree(rows, sample, Mixing.mix(seed + t)), features, builder);
    }
    if (builder.nodes() > FlatForest.MOST_NODES) {
      builder.dropTree();
    }
    return builder.build(meanPathLength(sample));
  }

  /** Rows that a tree is grown on: half of little data, so that the trees differ. */
  static int sampleSize(int rows) {
    return Math.max(2, Math.min(SAMPLE, rows / 2));
  }

  /** One of Smile's trees. */
  static IsolationTree tree(double[][] rows, int sample, long seed) {
    IsolationForest.Options options =
        new IsolationForest.Options(1, depthLimit(sample), (double) sample / rows.length, 0);
    synchronized (LOCK) {
      MathEx.setSeed(seed);
      return IsolationForest.fit(rows, options).trees()[0];
    }
  }

  /** What a search in a random binary tree costs: c(n) of the paper, as Smile computes it. */
  static double meanPathLength(int n) {
    return 2.0 * ((Math.log(n - 1) + 0.5772156649) - (n - 1.0) / n);
  }

  private static int depthLimit(int sample) {
    return 32 - Integer.numberOfLeadingZeros(sample - 1);
  }

  /** Smile's private parts. */
  private static final class Nodes {
    private final VarHandle root;
    private final VarHandle depth;
    private final VarHandle slope;
    private final VarHandle intercept;
    private final VarHandle left;
    private final VarHandle right;

    Nodes() {
      try {
        Class<?> node = Class.forName("smile.anomaly.IsolationTree$Node");
        MethodHandles.Lookup lookup =
            MethodHandles.privateLookupIn(IsolationTree.class, MethodHandles.lookup());
        root = lookup.findVarHandle(IsolationTree.class, "root", node);
        depth = lookup.findVarHandle(node, "depth", double.class);
        slope = lookup.findVarHandle(node, "slope", double[].class);
        intercept = lookup.findVarHandle(node, "intercept", double[].class);
        left = lookup.findVarHandle(node, "left", node);
        right = lookup.findVarHandle(node, "right", node);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(
            "this Smile is not the 6.3.0 that Ringward flattens forests of; put smile-core 6.3.0 on"
                + " the class path",
            e);
      }
    }

    void flatten(IsolationTree tree, int[] features, FlatForest.Builder builder) {
      flattenNode(root.get(tree), features, builder);
    }

    private void flattenNode(Object node, int[] features, FlatForest.Builder builder) {
      Object below = left.get(node);
      Object above = right.get(node);
      if (below == null || above == null) {
        builder.leaf((double) depth.get(node));
        return;
      }
      double[] direction = (double[]) slope.get(node);
      int column = 0;
      while (direction[column] == 0 && column < direction.length - 1) {
        column++;
      }
      double at = ((double[]) intercept.get(node))[column];
      // Smile goes left when slope * x < slope * intercept: for a negative slope that is x above
      // the intercept, so the children swap, and what equals it stays on Smile's right.
      boolean rising = direction[column] > 0;
      int inner = builder.inner(features[column], rising ? at : Math.nextUp(at));
      flattenNode(rising ? below : above, features, builder);
      builder.right(inner);
      flattenNode(rising ? above : below, features, builder);
    }
  }
}
