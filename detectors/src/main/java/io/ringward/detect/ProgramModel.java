/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.FeatureContribution;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a program usually does, and how unlike that a vector is.
 *
 * <p>The first {@value #WARM_UP} vectors only fill the {@link Reservoir}. Then an isolation forest
 * is fitted on the features that vary, again whenever twice as many vectors have been seen, and
 * from {@value #REFIT} on after every {@value #REFIT} more. A vector's tail probability is twice
 * the smaller of two (Bonferroni): that of its forest score among the program's own scores ({@link
 * ScoreTail}), and that of its novelty ({@link Norm}).
 *
 * <p>An anomalous vector is learned only with probability 1 in {@value #RELUCTANCE}: an attack does
 * not become the norm by lasting minutes; a program that has changed for good becomes normal within
 * hours.
 *
 * <p>Single-threaded state of one key: about 27 KB, and while it has a forest up to {@value
 * FlatForest#MOST_BYTES} bytes more. All random choices follow from the seed and the vectors.
 */
public final class ProgramModel {
  /** Vectors before a first fit. */
  public static final int WARM_UP = 256;

  /** Vectors between two fits, once there were as many. */
  public static final int REFIT = 4096;

  private static final int RELUCTANCE = 16;
  private static final int DRIVERS = 5;

  /** How much of what was most is forgotten at a fit, if it was not seen again. */
  private static final double FADING = 0.1;

  private static final int VERSION = 1;

  private final long seed;
  private final Reservoir reservoir;
  private final double[] mostSeen = new double[Feature.COUNT];
  private long seen;
  private long learned;
  private long nextFit = WARM_UP;
  private long fittedNanos;
  private Norm norm;
  private FlatForest forest;
  private ScoreTail tail;

  /**
   * A model that knows nothing.
   *
   * @param seed decides all that is random
   */
  public ProgramModel(long seed) {
    this(seed, new Reservoir(Mixing.mix(seed)));
  }

  private ProgramModel(long seed, Reservoir reservoir) {
    this.seed = seed;
    this.reservoir = reservoir;
  }

  /** An independent one that goes on from here; it shares the forest, which never changes. */
  public ProgramModel copy() {
    ProgramModel copy = new ProgramModel(seed, reservoir.copy());
    System.arraycopy(mostSeen, 0, copy.mostSeen, 0, mostSeen.length);
    copy.seen = seen;
    copy.learned = learned;
    copy.nextFit = nextFit;
    copy.fittedNanos = fittedNanos;
    copy.norm = norm;
    copy.forest = forest;
    copy.tail = tail;
    return copy;
  }

  /** Judges a vector, and learns nothing. */
  public Score score(FeatureVector vector) {
    if (norm == null) {
      return new Score.Warming(learned, WARM_UP);
    }
    double[] scaled = LogScale.of(vector.raw());
    double probability = probability(scaled);
    double score = Score.ofTail(probability);
    return score < Score.THRESHOLD
        ? new Score.Normal(score, probability)
        : new Score.Anomalous(score, probability, drivers(vector, scaled));
  }

  /**
   * Learns a vector, and fits anew when it is time: a fit takes some 5 ms.
   *
   * @param anomalous whether it was judged so by any detector
   */
  public void learn(FeatureVector vector, boolean anomalous) {
    seen++;
    if (anomalous && !reservoir.draw(1.0 / RELUCTANCE)) {
      return;
    }
    double[] scaled = LogScale.of(vector.raw());
    reservoir.offer(scaled);
    for (int i = 0; i < scaled.length; i++) {
      mostSeen[i] = Math.max(mostSeen[i], scaled[i]);
    }
    learned++;
    if (learned >= WARM_UP && seen >= nextFit) {
      nextFit = seen + Math.min(seen, REFIT);
      fit(vector.endNanos());
    }
  }

  /** Whether it judges: the warm-up is over. */
  public boolean isFitted() {
    return norm != null;
  }

  /** Whether it holds a forest; without one it judges by novelty alone. */
  public boolean hasForest() {
    return forest != null;
  }

  /** When it was last fitted, 0 for never. */
  public long fittedNanos() {
    return fittedNanos;
  }

  /** Vectors seen, learned or not. */
  public long seen() {
    return seen;
  }

  /** What is usual of a feature (the median), when there was a fit. */
  public Optional<Double> usual(Feature feature) {
    return norm == null
        ? Optional.empty()
        : Optional.of(LogScale.back(norm.median(feature.index())));
  }

  /** Gives the forest up to save memory: judges by novelty alone until the next fit. */
  public void dropForest() {
    forest = null;
    tail = null;
  }

  private void fit(long nowNanos) {
    for (int i = 0; i < mostSeen.length; i++) {
      double[] column = reservoir.sortedColumn(i);
      double lately = column[column.length - 1];
      mostSeen[i] = Math.max(lately, mostSeen[i] - FADING * (mostSeen[i] - lately));
    }
    norm = Norm.of(reservoir, mostSeen, learned);
    fittedNanos = nowNanos;
    int[] varying = varying();
    if (varying.length == 0) {
      dropForest();
      return;
    }
    forest = ForestFit.fit(reservoir.rows(varying), varying, Mixing.mix(seed ^ learned));
    double[] scores = new double[reservoir.size()];
    double[] row = new double[Feature.COUNT];
    for (int i = 0; i < scores.length; i++) {
      reservoir.copy(i, row);
      scores[i] = forest.score(row);
    }
    tail = ScoreTail.of(scores);
  }

  private int[] varying() {
    int[] varying = new int[Feature.COUNT];
    int count = 0;
    for (int i = 0; i < Feature.COUNT; i++) {
      double[] column = reservoir.sortedColumn(i);
      if (column[0] != column[column.length - 1]) {
        varying[count++] = i;
      }
    }
    return Arrays.copyOf(varying, count);
  }

  private double probability(double[] scaled) {
    double byNovelty = norm.probability(scaled);
    double byForest = forest == null ? 1 : tail.probability(forest.score(scaled));
    return Math.clamp(2 * Math.min(byNovelty, byForest), Double.MIN_NORMAL, 1);
  }

  /**
   * What drove a score, from both ends: how much less odd the vector is with one feature as usual,
   * and how much odder a usual vector is with that one feature as it was. The mean of both is the
   * Shapley value cut down to its first and last coalition: it stays fair where two features say
   * the same and taking back one of them changes nothing.
   */
  private List<FeatureContribution> drivers(FeatureVector vector, double[] scaled) {
    double[] usual = norm.medians();
    double whole = -Math.log(probability(scaled));
    double none = -Math.log(probability(usual));
    double[] gains = new double[Feature.COUNT];
    double sum = 0;
    for (int i = 0; i < gains.length; i++) {
      if (scaled[i] == usual[i]) {
        continue;
      }
      double[] without = scaled.clone();
      without[i] = usual[i];
      double[] alone = usual.clone();
      alone[i] = scaled[i];
      gains[i] =
          Math.max(0, whole + Math.log(probability(without)))
              + Math.max(0, -Math.log(probability(alone)) - none);
      sum += gains[i];
    }
    List<FeatureContribution> drivers = new ArrayList<>();
    for (int i = 0; i < gains.length; i++) {
      if (gains[i] > 0) {
        drivers.add(
            new FeatureContribution(
                Feature.at(i).title(),
                vector.value(Feature.at(i)),
                LogScale.back(usual[i]),
                gains[i] / sum));
      }
    }
    drivers.sort(Comparator.comparingDouble(FeatureContribution::weight).reversed());
    return drivers.size() > DRIVERS ? drivers.subList(0, DRIVERS) : drivers;
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(seed);
    out.writeLong(seen);
    out.writeLong(learned);
    out.writeLong(nextFit);
    out.writeLong(fittedNanos);
    for (double most : mostSeen) {
      out.writeDouble(most);
    }
    reservoir.write(out);
    out.writeBoolean(norm != null);
    if (norm != null) {
      norm.write(out);
    }
    out.writeBoolean(forest != null);
    if (forest != null) {
      forest.write(out);
      tail.write(out);
    }
  }

  public static ProgramModel read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "a program model of version " + version + ": this Ringward reads version " + VERSION);
    }
    long seed = in.readLong();
    long seen = in.readLong();
    long learned = in.readLong();
    long nextFit = in.readLong();
    long fittedNanos = in.readLong();
    double[] most = new double[Feature.COUNT];
    for (int i = 0; i < most.length; i++) {
      most[i] = in.readDouble();
    }
    ProgramModel model = new ProgramModel(seed, Reservoir.read(in));
    model.seen = seen;
    model.learned = learned;
    model.nextFit = nextFit;
    model.fittedNanos = fittedNanos;
    System.arraycopy(most, 0, model.mostSeen, 0, most.length);
    if (in.readBoolean()) {
      model.norm = Norm.read(in);
    }
    if (in.readBoolean()) {
      model.forest = FlatForest.read(in);
      model.tail = ScoreTail.read(in);
    }
    if (learned < 0
        || seen < learned
        || (model.isFitted() && nextFit <= seen)
        || (learned >= WARM_UP) != model.isFitted()
        || (model.hasForest() && !model.isFitted())) {
      throw new StreamCorruptedException(
          "a program model that learned " + learned + " of " + seen + ": damaged state");
    }
    for (double value : most) {
      if (!Double.isFinite(value)) {
        throw new StreamCorruptedException("a program model with " + value + ": damaged state");
      }
    }
    return model;
  }
}
