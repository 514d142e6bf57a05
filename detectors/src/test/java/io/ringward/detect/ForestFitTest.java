/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import smile.anomaly.IsolationForest;
import smile.anomaly.IsolationTree;

/** The flat forest is Smile's forest, and is the same for the same seed. */
final class ForestFitTest {
  @Test
  void flatScoresEqualSmiles() {
    Random random = new Random(7);
    for (int run = 0; run < 12; run++) {
      int width = 1 + run;
      double[][] rows = rows(random, 300 + 20 * run, width);
      int[] features = IntStream.range(0, width).toArray();
      FlatForest flat = ForestFit.fit(rows, features, run);
      int sample = ForestFit.sampleSize(rows.length);
      IsolationTree[] trees = new IsolationTree[flat.trees()];
      for (int t = 0; t < trees.length; t++) {
        trees[t] = ForestFit.tree(rows, sample, Mixing.mix(run + t));
      }
      IsolationForest smile = new IsolationForest(sample, width, 0, trees);
      for (int i = 0; i < 2000; i++) {
        double[] x = i < rows.length ? rows[i] : row(random, width, 8);
        assertEquals(smile.score(x), flat.score(x), 1e-9, "width " + width);
      }
    }
  }

  @Test
  void featuresAreFoundThroughTheirColumns() {
    double[][] rows = rows(new Random(3), 400, 2);
    FlatForest narrow = ForestFit.fit(rows, new int[] {0, 1}, 5);
    FlatForest wide = ForestFit.fit(rows, new int[] {11, 4}, 5);
    double[] x = new double[Feature.COUNT];
    for (double[] row : rows) {
      x[11] = row[0];
      x[4] = row[1];
      assertEquals(narrow.score(row), wide.score(x));
    }
  }

  @Test
  void equalSeedsGiveEqualForestsWhateverWasFittedBefore() {
    double[][] rows = rows(new Random(1), 500, 5);
    int[] features = {0, 1, 2, 3, 4};
    FlatForest first = ForestFit.fit(rows, features, 42);
    for (int other = 0; other < 8; other++) { // Each leaves Smile's generators in another state.
      ForestFit.tree(rows(new Random(other), 20 + other, 3), 10, other);
      FlatForest again = ForestFit.fit(rows, features, 42);
      for (double[] row : rows) {
        assertEquals(first.score(row), again.score(row));
      }
    }
    IntStream.range(0, 4)
        .parallel()
        .forEach(i -> {
          FlatForest again = ForestFit.fit(rows, features, 42);
          for (double[] row : rows) {
            assertEquals(first.score(row), again.score(row));
          }
        });
    FlatForest other = ForestFit.fit(rows, features, 43);
    assertTrue(
        IntStream.range(0, rows.length)
            .anyMatch(i -> first.score(rows[i]) != other.score(rows[i])));
  }

  @Test
  void aForestKeepsItsBound() {
    double[][] rows = rows(new Random(4), 5000, Feature.COUNT);
    FlatForest forest = ForestFit.fit(rows, IntStream.range(0, Feature.COUNT).toArray(), 1);
    assertTrue(forest.bytes() <= FlatForest.MOST_BYTES, forest.bytes() + " bytes");
    assertTrue(forest.trees() >= 90, forest.trees() + " trees");
  }

  @Test
  void noNativeLinearAlgebraIsLoaded() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    Assumptions.assumeTrue(Files.isReadable(maps), "there is no /proc/self/maps here");
    ForestFit.fit(rows(new Random(5), 100, 3), new int[] {0, 1, 2}, 1);
    String mapped = Files.readString(maps);
    assertFalse(mapped.contains("openblas"), "OpenBLAS was loaded");
    assertFalse(mapped.contains("arpack"), "ARPACK was loaded");
  }

  private static double[][] rows(Random random, int count, int width) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = row(random, width, 3);
    }
    return rows;
  }

  /** Mixed: whole numbers as counts are, real numbers, and constants. */
  private static double[] row(Random random, int width, double scale) {
    double[] row = new double[width];
    for (int k = 0; k < width; k++) {
      row[k] =
          switch (k % 3) {
            case 0 -> Math.rint(Math.abs(random.nextGaussian()) * scale);
            case 1 -> random.nextGaussian() * scale;
            default -> random.nextInt(20) == 0 ? scale : 1;
          };
    }
    return row;
  }
}
