/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.ringward.codec.StateBytes;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every state of the detectors goes to bytes and back, and damage is refused. */
final class StateCodecTest {
  @Test
  void vectorsAndObservations() throws IOException {
    FeatureVector vector =
        new FeatureVector(
            Behaviour.SHELL.key(),
            Behaviour.PROCESS,
            5,
            77,
            EnumSet.of(FeatureVector.Flag.PARTIAL, FeatureVector.Flag.DEGRADED),
            Behaviour.SHELL.vector(new Random(1), 1).values());
    assertEquals(vector, StateBytes.roundTrip(vector, FeatureVector::write, FeatureVector::read));
    ProcessInfo info = Behaviour.SHELL.info();
    Observation observation = new Observation(vector, info, List.of(info, info));
    assertEquals(
        observation, StateBytes.roundTrip(observation, Observation::write, Observation::read));
    StateBytes.refusesOtherVersions(vector, FeatureVector::write, FeatureVector::read);
    StateBytes.refusesOtherVersions(observation, Observation::write, Observation::read);
    StateBytes.survivesDamage(
        observation,
        Observation::write,
        Observation::read,
        o -> assertNotNull(o.vector().toString()),
        20_000);
  }

  @Test
  void profilesGoOnWhereTheyWere() throws IOException {
    for (int seconds : new int[] {0, 100, 256, 3000}) {
      ProgramProfile profile = profile(seconds);
      ProgramProfile read =
          StateBytes.roundTrip(profile, ProgramProfile::write, ProgramProfile::read);
      Random random = new Random(5);
      for (int i = seconds; i < seconds + 6000; i++) {
        FeatureVector vector = Behaviour.SHELL.vector(random, i);
        assertEquals(profile.model().score(vector), read.model().score(vector));
        Observation observation = Behaviour.SHELL.observe(vector);
        assertEquals(profile.observe(observation), read.observe(observation));
      }
    }
  }

  @Test
  void copiesGoOnAloneAndAlike() {
    for (int seconds : new int[] {10, 300, 3000}) {
      ProgramProfile profile = profile(seconds);
      ProgramProfile copy = profile.copy();
      ProgramProfile reference = profile(seconds);
      List<Finding> told = new ArrayList<>();
      for (ProgramProfile one : List.of(profile, copy, reference)) {
        Random random = new Random(5);
        List<Finding> findings = new ArrayList<>();
        for (int i = seconds; i < seconds + 6000; i++) {
          findings.addAll(one.observe(Behaviour.SHELL.observe(Behaviour.SHELL.vector(random, i))));
        }
        if (one == profile) {
          told.addAll(findings);
        }
        assertEquals(told, findings, "what one learned the others do not know");
      }
    }
  }

  @Test
  void damagedProfilesAreRefusedOrWork() throws IOException {
    for (int seconds : new int[] {40, 1000}) {
      ProgramProfile profile = profile(seconds);
      Random random = new Random(6);
      StateBytes.refusesOtherVersions(profile, ProgramProfile::write, ProgramProfile::read);
      StateBytes.survivesDamage(
          profile,
          ProgramProfile::write,
          ProgramProfile::read,
          read -> {
            if (read.key().equals(Behaviour.SHELL.key())) {
              read.observe(Behaviour.SHELL.observe(Behaviour.SHELL.vector(random, 2000)));
            }
          },
          2000);
    }
  }

  @Test
  void aModelsStateKeepsItsBound() throws IOException {
    ProgramProfile profile = profile(20_000);
    int bytes = StateBytes.of(profile, ProgramProfile::write).length;
    int most = FlatForest.MOST_BYTES + Reservoir.CAPACITY * Feature.COUNT * Float.BYTES + 2048;
    if (bytes > most) {
      throw new AssertionError(bytes + " bytes of state, at most " + most);
    }
  }

  private static ProgramProfile profile(int seconds) {
    ProgramProfile profile = new ProgramProfile(Behaviour.SHELL.key(), 3);
    Random random = new Random(4);
    for (int i = 0; i < seconds; i++) {
      profile.observe(Behaviour.SHELL.observe(Behaviour.SHELL.vector(random, i)));
    }
    return profile;
  }
}
