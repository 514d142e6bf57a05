/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.detect.FeatureVector.Flag;
import io.ringward.kernel.Decision;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.KernelSample.ProcessAccount;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Events in, vectors out: each counted where it belongs, in seconds of event time. */
final class ProcessWindowsTest {
  private static final long SECOND = ProcessWindows.WINDOW_NANOS;
  private static final long MILLI = 1_000_000L;
  private static final ProcessKey INIT = new ProcessKey(1, 1);
  private static final ProcessKey SHELL = new ProcessKey(2 * SECOND, 100);
  private static final FileIdentity BASH = new FileIdentity(8, 10);
  private static final FileIdentity TRUE = new FileIdentity(8, 11);

  private final WireEvents events = new WireEvents();
  private final Map<ProcessKey, ProcessInfo> table = new HashMap<>();
  private final List<FeatureVector> vectors = new ArrayList<>();
  private final ProcessWindows windows =
      new ProcessWindows(
          256,
          1,
          (start, tgid) -> Optional.ofNullable(table.get(new ProcessKey(start, tgid))),
          vectors::add);

  ProcessWindowsTest() {
    table.put(INIT, info(INIT, ProcessKey.NONE, new FileIdentity(8, 1)));
    table.put(SHELL, info(SHELL, INIT, BASH));
  }

  @Test
  void connectsAreCountedByAddressPortAndDecision() {
    long t = 10 * SECOND;
    for (int i = 0; i < 40; i++) {
      Decision decision = i < 5 ? Decision.THROTTLED : Decision.ALLOWED;
      windows.onEvent(
          events.connect(t + i * MILLI, SHELL, INIT, 0x0a000000 + i / 2, 80 + i % 4, decision));
    }
    windows.onEvent(events.bind(t + 50 * MILLI, SHELL, INIT, 8080));
    windows.closeWindows(t + SECOND);
    FeatureVector vector = only(Scope.PROCESS);
    assertEquals(new ProgramKey(BASH, Scope.PROCESS), vector.program());
    assertEquals(SHELL, vector.process());
    assertEquals(40, vector.value(Feature.CONNECTS));
    assertEquals(20, vector.value(Feature.DESTINATIONS), 1);
    assertEquals(4, vector.value(Feature.DESTINATION_PORTS));
    assertEquals(5, vector.value(Feature.REFUSALS));
    assertEquals(1, vector.value(Feature.BINDS));
    assertEquals(t, vector.startNanos());
    assertEquals(t + SECOND, vector.endNanos());
    assertEquals(1, vectors.size());
  }

  @Test
  void aLoopOfShortProgramsCountsToItsShellItsTreeAndItsProgram() {
    long t = 10 * SECOND;
    for (int i = 0; i < 20; i++) {
      runChild(t + i * MILLI, SHELL, 200 + i, i % 4 == 0 ? 1 << 8 : 0);
    }
    windows.closeWindows(t + SECOND);
    FeatureVector shell = only(Scope.PROCESS);
    assertEquals(20, shell.value(Feature.FORKS));
    assertEquals(20, shell.value(Feature.EXECS));
    assertEquals(20, shell.value(Feature.EXITS));
    assertEquals(5, shell.value(Feature.CHILD_FAILURES));
    assertEquals(1, shell.value(Feature.CHILD_PROGRAMS));
    assertEquals(0, shell.value(Feature.CHILDREN_ALIVE));
    FeatureVector tree = only(Scope.TREE);
    assertEquals(new ProgramKey(BASH, Scope.TREE), tree.program());
    assertEquals(SHELL, tree.process(), "no child made most of it");
    assertEquals(20, tree.value(Feature.EXECS));
    assertEquals(20, tree.value(Feature.EXITS));
    assertEquals(0, tree.value(Feature.FORKS), "the shell's own forks are not its tree's");
    FeatureVector program = only(Scope.PROGRAM);
    assertEquals(new ProgramKey(TRUE, Scope.PROGRAM), program.program());
    assertEquals(20, program.value(Feature.EXECS));
    assertEquals(5, program.value(Feature.CHILD_FAILURES));
  }

  @Test
  void aForkBombIsSeenInItsTreeThoughNoProcessForksMuch() {
    long t = 10 * SECOND;
    List<ProcessKey> generation = List.of(fork(t, SHELL, 500));
    ProcessKey root = generation.getFirst();
    int tgid = 501;
    int forks = 0;
    for (int g = 1; g <= 7; g++) {
      List<ProcessKey> next = new ArrayList<>();
      for (ProcessKey process : generation) {
        next.add(fork(t + g * MILLI, process, tgid++));
        next.add(fork(t + g * MILLI, process, tgid++));
        forks += 2;
      }
      generation = next;
    }
    List<FeatureVector> early = vectors.stream().filter(v -> v.has(Flag.PARTIAL)).toList();
    assertFalse(early.isEmpty(), "254 forks are worth an early word");
    assertTrue(early.stream().allMatch(v -> v.program().scope() != Scope.PROCESS));
    windows.closeWindows(t + SECOND);
    FeatureVector tree = only(Scope.TREE);
    assertEquals(forks, tree.value(Feature.FORKS));
    assertEquals(root, tree.process(), "one young subtree made all of it, and its root lives");
    assertEquals(forks + 1, tree.value(Feature.CHILDREN_ALIVE));
  }

  @Test
  void aForkBombWhoseParentsDieAtOnceIsStillOneTree() {
    long t = 10 * SECOND;
    List<ProcessKey> generation = List.of(fork(t, SHELL, 500));
    int tgid = 501;
    for (int g = 1; g <= 6; g++) {
      List<ProcessKey> next = new ArrayList<>();
      for (ProcessKey process : generation) {
        next.add(fork(t + g * MILLI, process, tgid++));
        next.add(fork(t + g * MILLI, process, tgid++));
        windows.onEvent(events.exit(t + g * MILLI, process, INIT, 0));
      }
      generation = next;
    }
    windows.closeWindows(t + SECOND);
    FeatureVector tree = only(Scope.TREE);
    assertEquals(SHELL, tree.process(), "the first one is dead, so their origin is named");
    assertEquals(126, tree.value(Feature.FORKS));
    assertEquals(63, tree.value(Feature.EXITS));
    assertEquals(64, tree.value(Feature.CHILDREN_ALIVE));
  }

  @Test
  void theTreesRootIsNamedWhenTheCulpritIsGone() {
    long t = 10 * SECOND;
    ProcessKey young = fork(t, SHELL, 600);
    for (int i = 0; i < 10; i++) {
      ProcessKey child = fork(t + MILLI, young, 601 + i);
      windows.onEvent(events.exit(t + 2 * MILLI, child, young, 0));
    }
    windows.onEvent(events.exit(t + 3 * MILLI, young, SHELL, 0));
    windows.closeWindows(t + SECOND);
    assertEquals(SHELL, only(Scope.TREE).process());
  }

  @Test
  void aBusyWindowSpeaksAtPowersOfTwo() {
    long t = 10 * SECOND;
    for (int i = 0; i < 300; i++) {
      windows.onEvent(events.connect(t + i * MILLI, SHELL, INIT, i, 80, Decision.ALLOWED));
    }
    assertEquals(
        List.of(64.0, 128.0, 256.0), vectors.stream().map(v -> v.value(Feature.CONNECTS)).toList());
    assertTrue(vectors.stream().allMatch(v -> v.has(Flag.PARTIAL)));
    assertEquals(t + 63 * MILLI, vectors.getFirst().endNanos());
    windows.closeWindows(t + SECOND);
    assertEquals(300, vectors.getLast().value(Feature.CONNECTS));
    assertFalse(vectors.getLast().has(Flag.PARTIAL));
  }

  @Test
  void windowsCloseByEventTimeWhetherTicksComeOrNot() {
    List<FeatureVector> ticked = new ArrayList<>();
    ProcessWindows other =
        new ProcessWindows(
            256, 1, (s, p) -> Optional.ofNullable(table.get(new ProcessKey(s, p))), ticked::add);
    for (int i = 0; i < 5000; i++) {
      long now = 10 * SECOND + i * 3L * MILLI + 1;
      windows.onEvent(events.connect(now, SHELL, INIT, i % 7, 80, Decision.ALLOWED));
      other.onEvent(events.connect(now, SHELL, INIT, i % 7, 80, Decision.ALLOWED));
      if (i % 10 == 0) {
        other.closeWindows(now);
      }
    }
    windows.closeWindows(60 * SECOND);
    other.closeWindows(60 * SECOND);
    assertEquals(vectors, ticked);
    assertEquals(
        15,
        vectors.stream().filter(v -> !v.has(Flag.PARTIAL)).count(),
        "5000 events of 3 ms are 15 seconds");
  }

  @Test
  void anOldProcessThatEndsOrBecomesAnotherSaysWhatItDid() {
    long t = 10 * SECOND;
    windows.onEvent(events.connect(t, SHELL, INIT, 1, 80, Decision.ALLOWED));
    windows.onEvent(events.exec(t + MILLI, SHELL, INIT, TRUE));
    assertEquals(new ProgramKey(BASH, Scope.PROCESS), vectors.getFirst().program());
    assertTrue(vectors.getFirst().has(Flag.ENDED));
    windows.onEvent(events.connect(t + 2 * MILLI, SHELL, INIT, 1, 80, Decision.ALLOWED));
    windows.onEvent(events.exit(t + 3 * MILLI, SHELL, INIT, 9));
    FeatureVector last = vectors.stream().filter(v -> v.process().equals(SHELL)).toList().getLast();
    assertEquals(new ProgramKey(TRUE, Scope.PROCESS), last.program());
    assertTrue(last.has(Flag.ENDED));
    windows.closeWindows(t + SECOND);
    FeatureVector init = vectors.getLast();
    assertEquals(INIT, init.process());
    assertEquals(1, init.value(Feature.EXITS));
    assertEquals(1, init.value(Feature.CHILD_FAILURES));
  }

  @Test
  void processorTimeIsTheGrowthBetweenSamples() {
    long t = 10 * SECOND;
    windows.onSample(sample(t, 0, account(SHELL, 5 * SECOND, 7 * SECOND)));
    windows.onSample(
        sample(
            t + SECOND / 2, 0, account(SHELL, 5 * SECOND + SECOND / 4, 7 * SECOND + 100 * MILLI)));
    windows.closeWindows(t + SECOND);
    FeatureVector vector = only(Scope.PROCESS);
    assertEquals(0.5, vector.value(Feature.ON_CPU_SHARE), 1e-6);
    assertEquals(200, vector.value(Feature.RUN_QUEUE_WAIT), 1e-3);
    vectors.clear();
    windows.onSample(
        sample(
            t + 2 * SECOND, 0, account(SHELL, 5 * SECOND + SECOND / 4, 7 * SECOND + 100 * MILLI)));
    windows.closeWindows(t + 3 * SECOND);
    assertTrue(vectors.isEmpty(), "idle processes have no vector");
  }

  @Test
  void accountsOfUnknownProcessesAreLeftAlone() {
    windows.onSample(
        sample(10 * SECOND, 0, account(new ProcessKey(5 * SECOND, 999), SECOND, SECOND)));
    windows.closeWindows(12 * SECOND);
    assertEquals(0, windows.size());
    assertTrue(vectors.isEmpty());
  }

  @Test
  void vectorsSayWhenEventsAreLost() {
    long t = 10 * SECOND;
    windows.onSample(sample(t, 50));
    assertFalse(windows.isDegraded(), "what was lost before the first sample is past");
    windows.onSample(sample(t + SECOND, 51));
    windows.onEvent(events.connect(t + SECOND + 1, SHELL, INIT, 1, 80, Decision.ALLOWED));
    windows.closeWindows(t + 2 * SECOND);
    assertTrue(only(Scope.PROCESS).has(Flag.DEGRADED));
    vectors.clear();
    windows.onSample(sample(t + 2 * SECOND, 51));
    windows.onEvent(events.connect(t + 2 * SECOND + 1, SHELL, INIT, 1, 80, Decision.ALLOWED));
    windows.closeWindows(t + 3 * SECOND);
    assertTrue(only(Scope.PROCESS).has(Flag.DEGRADED), "one quiet sample is not the end");
    vectors.clear();
    windows.onSample(sample(t + 3 * SECOND, 51));
    windows.onEvent(events.connect(t + 3 * SECOND + 1, SHELL, INIT, 1, 80, Decision.ALLOWED));
    windows.closeWindows(t + 4 * SECOND);
    assertFalse(only(Scope.PROCESS).has(Flag.DEGRADED));
  }

  @Test
  void windowsAreBoundedAndTheLeastUsedGoFirst() {
    long t = 10 * SECOND;
    for (int i = 0; i < 10_000; i++) {
      windows.onEvent(events.connect(t + i, SHELL, INIT, 1, 80, Decision.ALLOWED));
      windows.onEvent(
          events.connect(
              t + i, new ProcessKey(5 * SECOND, 1000 + i), INIT, 1, 80, Decision.ALLOWED));
    }
    assertEquals(256, windows.size());
    assertEquals(10_000 + 1 - 256, windows.evictions());
    windows.closeWindows(t + SECOND);
    assertEquals(
        10_000,
        vectors.stream()
            .filter(v -> v.process().equals(SHELL) && !v.has(Flag.PARTIAL))
            .findFirst()
            .orElseThrow()
            .value(Feature.CONNECTS),
        "the one that was used all the time is whole");
  }

  @Test
  void manyShortProcessesLeaveNothingBehind() {
    long t = 10 * SECOND;
    for (int i = 0; i < 100_000; i++) {
      runChild(t + i * 10_000L, SHELL, 1000 + i, 0);
    }
    assertTrue(windows.size() <= 6, windows.size() + " windows");
    assertEquals(0, windows.evictions());
  }

  private void runChild(long now, ProcessKey parent, int tgid, int exitCode) {
    ProcessKey child = fork(now, parent, tgid);
    windows.onEvent(events.exec(now + 1000, child, parent, TRUE));
    windows.onEvent(events.exit(now + 2000, child, parent, exitCode));
  }

  private ProcessKey fork(long now, ProcessKey parent, int tgid) {
    ProcessKey child = new ProcessKey(now, tgid);
    windows.onEvent(events.fork(now, parent, INIT, child));
    return child;
  }

  private FeatureVector only(Scope scope) {
    List<FeatureVector> found =
        vectors.stream()
            .filter(v -> v.program().scope() == scope && !v.has(Flag.PARTIAL))
            .filter(v -> scope != Scope.PROGRAM || v.program().executable().equals(TRUE))
            .toList();
    assertEquals(1, found.size(), () -> scope + " of " + vectors);
    return found.getFirst();
  }

  private static KernelSample sample(long now, long dropped, ProcessAccount... accounts) {
    return new KernelSample(
        now,
        List.of(
            new HookCounters(
                Hook.EXEC, 1000, List.of(dropped, 0L, 0L), List.of(0L, 0L, 0L, 0L), 900, 0)),
        List.of(accounts),
        List.of());
  }

  private static ProcessAccount account(ProcessKey process, long onCpuNanos, long waitNanos) {
    return new ProcessAccount(process, new CpuAccount(onCpuNanos, waitNanos, 1, List.of()));
  }

  private static ProcessInfo info(ProcessKey key, ProcessKey parent, FileIdentity file) {
    return new ProcessInfo(key, parent, 1000, 5, file, 0, "x", "/bin/x", List.of("x"));
  }
}
