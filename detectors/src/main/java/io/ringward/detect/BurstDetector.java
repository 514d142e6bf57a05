/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Sees storms: a count of one window against the program's own {@link Baseline} and the floors of
 * {@link BurstKind}. Partial vectors are judged as well (a count only grows until its window
 * closes), so a storm is seen within milliseconds; only whole windows are learned.
 *
 * <p>Single-threaded state of one key, under 200 bytes.
 */
public final class BurstDetector {
  private static final int VERSION = 1;
  private static final BurstKind[] KINDS = BurstKind.values();

  private final Baseline[] baselines;

  /** A detector that knows nothing: the cold floors are in force. */
  public BurstDetector() {
    baselines = new Baseline[BurstKind.COUNT];
    for (int i = 0; i < baselines.length; i++) {
      baselines[i] = new Baseline();
    }
  }

  private BurstDetector(Baseline[] baselines) {
    this.baselines = baselines;
  }

  /**
   * A storm that was seen.
   *
   * @param count in the window so far
   * @param limit from which count on it is a storm
   * @param usual the program's usual count in a whole window
   * @param warm whether there is a baseline; without one the cold floor was the limit
   */
  public record Burst(BurstKind kind, double count, double limit, double usual, boolean warm) {
    /** 0.5 at the limit, towards 1 as the count grows by tens. */
    double score() {
      return Math.clamp(1 - 0.5 / Math.sqrt(count / limit), 0.5, 1);
    }
  }

  /** An independent one that goes on from here. */
  public BurstDetector copy() {
    Baseline[] copies = new Baseline[baselines.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = baselines[i].copy();
    }
    return new BurstDetector(copies);
  }

  /** Judges a vector, and learns it when it is of a whole window without losses. */
  public List<Burst> observe(FeatureVector vector) {
    List<Burst> bursts = List.of();
    boolean whole =
        !vector.has(FeatureVector.Flag.PARTIAL)
            && !vector.has(FeatureVector.Flag.ENDED)
            && !vector.has(FeatureVector.Flag.DEGRADED);
    for (int i = 0; i < baselines.length; i++) {
      BurstKind kind = KINDS[i];
      double count = vector.value(kind.feature());
      Baseline baseline = baselines[i];
      double limit = baseline.limit(kind.floor(), kind.coldFloor());
      boolean burst = count >= limit;
      if (burst) {
        if (bursts.isEmpty()) {
          bursts = new ArrayList<>();
        }
        bursts.add(new Burst(kind, count, limit, baseline.usual(), baseline.isWarm()));
      }
      if (whole) {
        baseline.learn(count, burst);
      }
    }
    return bursts;
  }

  /** The usual count of a window. */
  public double usual(BurstKind kind) {
    return baselines[kind.index()].usual();
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeByte(baselines.length);
    for (Baseline baseline : baselines) {
      baseline.write(out);
    }
  }

  public static BurstDetector read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "a burst detector of version " + version + ": this Ringward reads version " + VERSION);
    }
    int count = in.readUnsignedByte();
    if (count != BurstKind.COUNT) {
      throw new StreamCorruptedException(
          "a burst detector of " + count + " baselines: damaged state");
    }
    Baseline[] baselines = new Baseline[count];
    for (int i = 0; i < count; i++) {
      baselines[i] = Baseline.read(in);
    }
    return new BurstDetector(baselines);
  }
}
