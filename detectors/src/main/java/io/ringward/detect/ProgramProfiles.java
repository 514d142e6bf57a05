/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.Finding;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The profiles of all programs of a host, bounded: at most so many programs, and forests for at
 * most so many of them. What was observed least recently goes first: a profile is forgotten (and
 * warms up again when its program comes back), a forest is dropped (its profile judges by novelty
 * alone until it is fitted again). Both are counted.
 *
 * <p>Single-threaded. With the defaults at most 14 MB of samples and, in practice, 64 times some
 * 350 KB of forests.
 */
public final class ProgramProfiles {
  public static final int DEFAULT_PROGRAMS = 512;
  public static final int DEFAULT_FORESTS = 64;

  private static final int VERSION = 1;
  private static final int MOST = 65_536;

  private final int programs;
  private final int forests;
  private final long seed;
  private final LinkedHashMap<ProgramKey, ProgramProfile> profiles =
      new LinkedHashMap<>(64, 0.75f, true);
  private int withForest;
  private long forgotten;
  private long droppedForests;

  /**
   * @param programs profiles held at most
   * @param forests forests held at most, not more than programs
   * @param seed the host's, decides all that is random
   */
  public ProgramProfiles(int programs, int forests, long seed) {
    if (forests < 1 || forests > programs || programs > MOST) {
      throw new IllegalArgumentException(
          "1 to programs forests and at most "
              + MOST
              + " programs, not "
              + forests
              + " and "
              + programs);
    }
    this.programs = programs;
    this.forests = forests;
    this.seed = seed;
  }

  /** Judges an observation by its program's profile, which is made when there is none. */
  public List<Finding> observe(Observation observation) {
    ProgramProfile profile = profile(observation.vector().program());
    boolean before = profile.model().hasForest();
    List<Finding> findings = profile.observe(observation);
    boolean after = profile.model().hasForest();
    if (after != before) {
      withForest += after ? 1 : -1;
      if (withForest > forests) {
        dropOldestForest(profile);
      }
    }
    return findings;
  }

  /** How many programs are known. */
  public int size() {
    return profiles.size();
  }

  /** How many have been fitted. */
  public int fitted() {
    return (int) profiles.values().stream().filter(p -> p.model().isFitted()).count();
  }

  /** When the oldest fit was, or 0 when there is none. */
  public long oldestFitNanos() {
    return profiles.values().stream()
        .filter(p -> p.model().isFitted())
        .mapToLong(p -> p.model().fittedNanos())
        .min()
        .orElse(0);
  }

  /** How many profiles were forgotten because there were too many programs. */
  public long forgotten() {
    return forgotten;
  }

  /** How many forests were dropped because there were too many. */
  public long droppedForests() {
    return droppedForests;
  }

  private ProgramProfile profile(ProgramKey key) {
    ProgramProfile profile = profiles.get(key);
    if (profile == null) {
      if (profiles.size() == programs) {
        Iterator<ProgramProfile> oldest = profiles.values().iterator();
        if (oldest.next().model().hasForest()) {
          withForest--;
        }
        oldest.remove();
        forgotten++;
      }
      profile = new ProgramProfile(key, seed);
      profiles.put(key, profile);
    }
    return profile;
  }

  private void dropOldestForest(ProgramProfile but) {
    for (ProgramProfile profile : profiles.values()) {
      if (profile.model().hasForest() && profile != but) {
        profile.model().dropForest();
        withForest--;
        droppedForests++;
        return;
      }
    }
  }

  /** Writes all, least recently observed first. */
  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(seed);
    out.writeInt(profiles.size());
    for (Map.Entry<ProgramKey, ProgramProfile> entry : profiles.entrySet()) {
      entry.getValue().write(out);
    }
  }

  /**
   * Reads what {@link #write} wrote, into other bounds if need be.
   *
   * @param programs profiles held at most
   * @param forests forests held at most
   */
  public static ProgramProfiles read(DataInput in, int programs, int forests) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "program profiles of version " + version + ": this Ringward reads version " + VERSION);
    }
    ProgramProfiles read = new ProgramProfiles(programs, forests, in.readLong());
    int size = in.readInt();
    if (size < 0 || size > MOST) {
      throw new StreamCorruptedException(size + " program profiles: damaged state");
    }
    for (int i = 0; i < size; i++) {
      read.take(ProgramProfile.read(in));
    }
    return read;
  }

  private void take(ProgramProfile profile) {
    if (profiles.size() == programs) {
      Iterator<ProgramProfile> oldest = profiles.values().iterator();
      if (oldest.next().model().hasForest()) {
        withForest--;
      }
      oldest.remove();
    }
    ProgramProfile twice = profiles.put(profile.key(), profile);
    if (twice != null && twice.model().hasForest()) {
      withForest--;
    }
    if (profile.model().hasForest() && ++withForest > forests) {
      dropOldestForest(profile);
    }
  }
}
