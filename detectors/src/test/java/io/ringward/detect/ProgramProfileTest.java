/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.codec.StateBytes;
import io.ringward.kernel.Action;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a profile says of what it sees, and what it keeps to itself. */
final class ProgramProfileTest {
  @Test
  void oneOddSecondIsNoiseAndTwoAreAFinding() {
    ProgramProfile profile = trained();
    assertEquals(List.of(), observeOdd(profile, 2000), "one odd second");
    usual(profile, 2001, 2020);
    assertEquals(List.of(), observeOdd(profile, 2020), "another one, but long after");
    List<Finding> findings = observeOdd(profile, 2022);
    assertEquals(1, findings.size());
    Finding finding = findings.getFirst();
    assertEquals(DetectorFindings.MODEL, finding.detector());
    assertEquals(Finding.Source.MODEL, finding.source());
    assertTrue(finding.summary().contains("binds/s 8, usually 0"), finding.summary());
    assertEquals("binds/s", finding.drivers().getFirst().feature());
    assertEquals(Action.WATCH, finding.proposal().orElseThrow().action());
  }

  @Test
  void anAnomalyBeyondDoubtIsAFindingAtOnce() {
    ProgramProfile profile = trained();
    double[] values = Behaviour.DAEMON.vector(new Random(3), 3000).values();
    Behaviour.set(values, Feature.BINDS, 60);
    Behaviour.set(values, Feature.FORKS, 100);
    Behaviour.set(values, Feature.ON_CPU_SHARE, 2);
    List<Finding> findings =
        profile.observe(Behaviour.DAEMON.observe(Behaviour.DAEMON.vector(3000, values)));
    assertEquals(1, findings.size(), findings::toString);
    assertEquals(1, findings.getFirst().score());
    assertEquals(Action.THROTTLE, findings.getFirst().proposal().orElseThrow().action());
  }

  @Test
  void aBurstSaysWhatItSawAndAsksForAThrottle() {
    ProgramProfile profile = trained();
    Finding finding = onlyFinding(profile, scan(Set.of(FeatureVector.Flag.PARTIAL)));
    assertEquals("connect-scan", finding.detector());
    assertEquals(
        "/usr/bin/daemon (pid 4711): connect scan, 412 connects to 398 destinations in 0.40 s; this"
            + " program's usual is 0.60 a second",
        finding.summary());
    assertEquals(Action.THROTTLE, finding.proposal().orElseThrow().action());
    assertTrue(finding.tags().contains("T1046"));
  }

  @Test
  void whileEventsAreLostFindingsSaySo() {
    ProgramProfile profile = trained();
    Finding finding =
        onlyFinding(profile, scan(Set.of(FeatureVector.Flag.PARTIAL, FeatureVector.Flag.DEGRADED)));
    assertTrue(finding.tags().contains("degraded"));
    assertTrue(finding.summary().endsWith("counts may be too low)"), finding.summary());
  }

  @Test
  void whatWasSeenWhileEventsWereLostIsNotLearned() throws IOException {
    ProgramProfile profile = trained();
    byte[] before = StateBytes.of(profile, ProgramProfile::write);
    for (int i = 0; i < 50; i++) {
      profile.observe(Behaviour.DAEMON.observe(scan(Set.of(FeatureVector.Flag.DEGRADED))));
    }
    byte[] after = StateBytes.of(profile, ProgramProfile::write);
    int suspects = 1 + 8 * (12 + 8); // Whom it suspects is no knowledge of the program.
    assertArrayEquals(
        Arrays.copyOf(before, before.length - suspects),
        Arrays.copyOf(after, after.length - suspects));
  }

  @Test
  void whoWasBusyBeforeAnythingWasKnownIsToldAndNotActedOn() {
    ProgramProfile profile = new ProgramProfile(Behaviour.DAEMON.key(), 1);
    Finding old = onlyFinding(profile, scan(Set.of(FeatureVector.Flag.PARTIAL)));
    assertTrue(old.proposal().isEmpty(), old.summary());
    FeatureVector same = scan(Set.of(FeatureVector.Flag.PARTIAL));
    FeatureVector young =
        new FeatureVector(
            same.program(),
            new ProcessKey(same.startNanos() - ProcessWindows.WINDOW_NANOS, 4712),
            same.startNanos(),
            same.endNanos(),
            Set.of(FeatureVector.Flag.PARTIAL),
            same.values());
    Finding fresh = onlyFinding(profile, young);
    assertEquals(Action.THROTTLE, fresh.proposal().orElseThrow().action());
  }

  @Test
  void anotherProgramsObservationIsRefused() {
    ProgramProfile profile = new ProgramProfile(Behaviour.DAEMON.key(), 1);
    Observation other = Behaviour.SHELL.observe(Behaviour.SHELL.vector(new Random(1), 1));
    assertThrows(IllegalArgumentException.class, () -> profile.observe(other));
  }

  private static FeatureVector scan(Set<FeatureVector.Flag> flags) {
    double[] values = new double[Feature.COUNT];
    Behaviour.set(values, Feature.CONNECTS, 412);
    Behaviour.set(values, Feature.DESTINATIONS, 398);
    Behaviour.set(values, Feature.DESTINATION_PORTS, 1);
    long start = 5000 * ProcessWindows.WINDOW_NANOS;
    return new FeatureVector(
        Behaviour.DAEMON.key(), Behaviour.PROCESS, start, start + 400_000_000L, flags, values);
  }

  private static Finding onlyFinding(ProgramProfile profile, FeatureVector vector) {
    List<Finding> findings =
        profile.observe(Behaviour.DAEMON.observe(vector)).stream()
            .filter(f -> !f.detector().equals(DetectorFindings.MODEL))
            .filter(f -> !f.detector().equals("connect-flood"))
            .toList();
    assertEquals(1, findings.size(), findings::toString);
    return findings.getFirst();
  }

  private static List<Finding> observeOdd(ProgramProfile profile, long second) {
    double[] values = Behaviour.DAEMON.vector(new Random(second), second).values();
    Behaviour.set(values, Feature.BINDS, 8);
    return profile.observe(Behaviour.DAEMON.observe(Behaviour.DAEMON.vector(second, values)));
  }

  private static ProgramProfile trained() {
    ProgramProfile profile = new ProgramProfile(Behaviour.DAEMON.key(), 1);
    usual(profile, 0, 2000);
    return profile;
  }

  private static void usual(ProgramProfile profile, int from, int to) {
    Random random = new Random(from);
    for (int second = from; second < to; second++) {
      profile.observe(Behaviour.DAEMON.observe(Behaviour.DAEMON.vector(random, second)));
    }
  }
}
