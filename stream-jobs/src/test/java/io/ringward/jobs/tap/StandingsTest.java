/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.detect.Feature;
import io.ringward.detect.FeatureVector;
import io.ringward.detect.Observation;
import io.ringward.detect.ProgramKey;
import io.ringward.detect.Scope;
import io.ringward.detect.Score;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class StandingsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final FileIdentity FILE = new FileIdentity(3, 42);
  private static final Score USUAL = new Score.Normal(0.2, 0.1);
  private static final Score ODD = new Score.Anomalous(0.9, 1e-8, List.of());

  private final Standings standings = new Standings();

  private static ProcessInfo process(int pid) {
    return new ProcessInfo(
        new ProcessKey(pid, pid),
        ProcessKey.NONE,
        0,
        7,
        FILE,
        0,
        "scan",
        "/usr/bin/scan",
        List.of("scan"));
  }

  private static Observation window(
      int pid, Scope scope, long second, double connects, Set<FeatureVector.Flag> flags) {
    double[] values = new double[Feature.COUNT];
    values[Feature.CONNECTS.index()] = connects;
    values[Feature.FORKS.index()] = 2;
    values[Feature.RUN_QUEUE_WAIT.index()] = 8;
    return new Observation(
        new FeatureVector(
            new ProgramKey(FILE, scope),
            new ProcessKey(pid, pid),
            (second - 1) * SECOND,
            second * SECOND,
            flags,
            values),
        process(pid),
        List.of());
  }

  private Standing only() {
    List<Standing> all = standings.all();
    assertEquals(1, all.size());
    return all.getFirst();
  }

  @Test
  void windowsOfAProcessAndOfItsTreeAddUpWithinASecond() {
    standings.judged(window(1, Scope.PROCESS, 5, 10, Set.of()), USUAL);
    standings.judged(window(1, Scope.TREE, 5, 30, Set.of()), ODD);
    assertEquals(12, only().events());
    assertEquals(32, only().treeEvents());
    assertEquals(8, only().waitMillisPerSecond());
    assertEquals(0.9, Standings.value(only().judgement().orElseThrow()), "the worse counts");
    standings.judged(window(1, Scope.PROCESS, 6, 1, Set.of()), USUAL);
    assertEquals(3, only().events());
    assertEquals(0, only().treeEvents(), "that was another second");
    assertEquals(0.2, Standings.value(only().judgement().orElseThrow()));
  }

  @Test
  void whatIsNotAWholeSecondOfSomebodyIsLeftOut() {
    standings.judged(window(1, Scope.PROCESS, 5, 10, Set.of(FeatureVector.Flag.PARTIAL)), USUAL);
    standings.judged(window(1, Scope.PROGRAM, 5, 10, Set.of()), USUAL);
    assertEquals(List.of(), standings.all());
  }

  @Test
  void findingsAreKeptWithTheRest() {
    standings.judged(window(1, Scope.PROCESS, 5, 10, Set.of()), USUAL);
    standings.found(
        new Finding(
            Finding.Source.RULE,
            "Shell",
            Priority.ERROR,
            6 * SECOND,
            process(1),
            List.of(),
            "it did",
            1,
            List.of(),
            Optional.empty(),
            List.of()));
    assertEquals("Shell", only().finding());
    assertEquals(6 * SECOND, only().seenNanos());
    assertEquals(12, only().events());
    standings.judged(window(1, Scope.PROCESS, 7, 0, Set.of()), USUAL);
    assertEquals("Shell", only().finding());
  }

  @Test
  void whoWasJudgedLeastRecentlyIsForgottenFirst() {
    for (int pid = 1; pid <= Standings.CAPACITY; pid++) {
      standings.judged(window(pid, Scope.PROCESS, 5, 1, Set.of()), USUAL);
    }
    standings.judged(window(1, Scope.PROCESS, 6, 1, Set.of()), USUAL);
    standings.judged(window(9999, Scope.PROCESS, 6, 1, Set.of()), USUAL);
    List<Integer> pids =
        standings.all().stream().map(standing -> standing.process().key().tgid()).toList();
    assertEquals(Standings.CAPACITY, pids.size());
    assertTrue(pids.containsAll(List.of(1, 3, 9999)) && !pids.contains(2));
  }
}
