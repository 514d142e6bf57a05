/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessKey;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that is known of one program at one scope, and the judge of its vectors: burst detector and
 * model together. This is the state that a job keeps for a {@link ProgramKey}.
 *
 * <p>One odd second is noise, two are a finding: the model's finding needs a second anomalous
 * window of the same process within {@value #MEMORY_SECONDS} s, unless the first alone is as odd as
 * both (score 1). Bursts are findings at once.
 *
 * <p>Single-threaded. Bounded: see {@link ProgramModel}.
 */
public final class ProgramProfile {
  /** How long one odd window waits for a second. */
  public static final int MEMORY_SECONDS = 10;

  private static final int VERSION = 1;
  private static final int SUSPECTS = 8;

  private final ProgramKey key;
  private final BurstDetector bursts;
  private final ProgramModel model;
  private final ProcessKey[] suspects = new ProcessKey[SUSPECTS];
  private final long[] suspectedNanos = new long[SUSPECTS];
  private int nextSuspect;
  private Score latest = new Score.Warming(0, ProgramModel.WARM_UP);

  /**
   * A profile that knows nothing.
   *
   * @param seed the host's; each program's own is derived from it
   */
  public ProgramProfile(ProgramKey key, long seed) {
    this(key, new BurstDetector(), new ProgramModel(Mixing.mix(seed) ^ key.hash64()));
  }

  private ProgramProfile(ProgramKey key, BurstDetector bursts, ProgramModel model) {
    this.key = key;
    this.bursts = bursts;
    this.model = model;
    Arrays.fill(suspects, ProcessKey.NONE);
  }

  /** An independent one that goes on from here: some 30 KB, the forest is shared. */
  public ProgramProfile copy() {
    ProgramProfile copy = new ProgramProfile(key, bursts.copy(), model.copy());
    System.arraycopy(suspects, 0, copy.suspects, 0, SUSPECTS);
    System.arraycopy(suspectedNanos, 0, copy.suspectedNanos, 0, SUSPECTS);
    copy.nextSuspect = nextSuspect;
    return copy;
  }

  public ProgramKey key() {
    return key;
  }

  public ProgramModel model() {
    return model;
  }

  public BurstDetector bursts() {
    return bursts;
  }

  /**
   * Judges an observation and learns it, unless events were lost meanwhile: what is too low then
   * must not become usual.
   *
   * @return what is to be said of it, mostly nothing
   * @throws IllegalArgumentException when it is another program's
   */
  public List<Finding> observe(Observation observation) {
    FeatureVector vector = observation.vector();
    if (!vector.program().equals(key)) {
      throw new IllegalArgumentException(
          "an observation of " + vector.program() + " came to the profile of " + key);
    }
    List<Finding> findings = new ArrayList<>(0);
    List<BurstDetector.Burst> seen = bursts.observe(vector);
    if (key.scope() != Scope.PROGRAM) { // A program's storm is seen in its trees, with a culprit.
      for (BurstDetector.Burst burst : seen) {
        findings.add(DetectorFindings.ofBurst(observation, burst));
      }
    }
    Score score = model.score(vector);
    latest = score;
    boolean odd = score instanceof Score.Anomalous;
    if (score instanceof Score.Anomalous anomaly && isConfirmed(anomaly, vector)) {
      findings.add(DetectorFindings.ofAnomaly(observation, anomaly));
    }
    if (!vector.has(FeatureVector.Flag.PARTIAL)
        && !vector.has(FeatureVector.Flag.ENDED)
        && !vector.has(FeatureVector.Flag.DEGRADED)) {
      model.learn(vector, odd || !seen.isEmpty());
    }
    return findings;
  }

  /** What the model said of the latest observation; no part of the state. */
  public Score latest() {
    return latest;
  }

  /** Whether this is the second odd window of its process lately, or odd enough alone. */
  private boolean isConfirmed(Score.Anomalous anomaly, FeatureVector vector) {
    ProcessKey process = vector.process();
    int at = 0;
    while (at < SUSPECTS && !suspects[at].equals(process)) {
      at++;
    }
    boolean known = at < SUSPECTS;
    long since = known ? vector.startNanos() - suspectedNanos[at] : Long.MAX_VALUE;
    boolean repeated = since >= 0 && since <= MEMORY_SECONDS * ProcessWindows.WINDOW_NANOS;
    if (!vector.has(FeatureVector.Flag.PARTIAL)) {
      if (!known) {
        at = nextSuspect;
        nextSuspect = (nextSuspect + 1) % SUSPECTS;
      }
      suspects[at] = process;
      suspectedNanos[at] = vector.startNanos();
    }
    return anomaly.score() >= 1 || (repeated && since > 0);
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    key.write(out);
    bursts.write(out);
    model.write(out);
    out.writeByte(nextSuspect);
    for (int i = 0; i < SUSPECTS; i++) {
      ContractCodec.writeKey(suspects[i], out);
      out.writeLong(suspectedNanos[i]);
    }
  }

  public static ProgramProfile read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "a program profile of version " + version + ": this Ringward reads version " + VERSION);
    }
    ProgramProfile profile =
        new ProgramProfile(ProgramKey.read(in), BurstDetector.read(in), ProgramModel.read(in));
    profile.nextSuspect = in.readUnsignedByte();
    if (profile.nextSuspect >= SUSPECTS) {
      throw new StreamCorruptedException("a profile with suspect " + profile.nextSuspect);
    }
    for (int i = 0; i < SUSPECTS; i++) {
      profile.suspects[i] = ContractCodec.readKey(in);
      profile.suspectedNanos[i] = in.readLong();
    }
    return profile;
  }
}
