/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.Cgroup2Mount;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole demo on this machine's kernel: what each act tells, and that nothing is left. */
final class DemoTest {
  @BeforeEach
  void needsRoot() throws IOException {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    Assumptions.assumeTrue(Cgroup2Mount.find().isPresent(), "no cgroup2 hierarchy is mounted here");
  }

  @Test
  void everyActHappensAsToldAndNothingIsLeft() throws Exception {
    Process demo = AgentProcess.beginAnywhere("demo", "--fast", "--no-colour");
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader = demo.inputReader()) {
      reader.lines().forEach(lines::add);
    }
    String told = String.join("\n", lines);
    assertEquals(0, demo.waitFor(), told);
    assertFalse(told.contains("\u001b"), "no colours were asked for");
    assertFalse(told.contains("✗"), told);
    Map<String, String> acts = acts(lines);

    String scanner = acts.get("1");
    assertTold(scanner, "connect 127\\.0\\.0\\.1:\\d+ tcp by scanner \\(pid \\d+ < java");
    assertTold(scanner, "port-scan: .* destination ports");
    assertTold(scanner, "score +0\\.[5-9]|score +1\\.00");
    assertTold(scanner, "verdict +throttle to .* of connect, on process \\d+@\\d+");
    assertTold(scanner, "latency +\\d+\\.\\d\\d ms");
    assertTold(scanner, "Resource temporarily unavailable ×\\d+ +\\(EAGAIN");
    assertTold(scanner, "three strikes: block of connect");
    assertTold(scanner, "Operation not permitted ×\\d+ +\\(EPERM\\)");
    assertTold(scanner, "ringward verdicts release [0-9a-f]+");
    assertTold(scanner, "connects again: Connection refused");

    String storm = acts.get("2");
    assertTold(storm, "clone child \\d+ by storm");
    assertTold(storm, "fork-storm: .* forks in");
    assertTold(storm, "verdict +throttle to .* fork");
    assertTold(storm, "made \\d+ children a second, makes \\d+ now");
    assertTold(
        storm,
        "rung +(forks are throttled here by|no hook can refuse a fork here|this kernel has no rung)");

    String stranger = acts.get("3");
    assertTold(stranger, "program-model: .*unlike this program's past");
    assertTold(stranger, "score +\\d\\.\\d\\d: \\S+ \\d+ \\(usual");
    assertTold(stranger, "verdict +(watch|throttle)");
    assertTold(stranger, "ringward verdicts release [0-9a-f]+");

    String rule = acts.get("4");
    assertTold(rule, "Courier goes where it must not");
    assertTold(rule, "verdict +block of connect");
    assertTold(rule, "Operation not permitted ×\\d+.* +\\(EPERM\\)");
    assertTold(rule, "connects again: Connection refused");

    assertTold(acts.get("5"), "looked for +3\\d processes, \\d control groups, [1-9]\\d* eBPF");
    assertTold(acts.get("5"), "✓ nothing is left");
    assertEquals(List.of(), leftOf(demo.pid()));
  }

  @Test
  void interruptInTheMiddleLeavesNothing() throws Exception {
    Process demo = AgentProcess.beginAnywhere("demo", "--no-colour");
    List<Long> started = new ArrayList<>();
    try (BufferedReader reader = demo.inputReader()) {
      String line = reader.readLine();
      while (line != null && !line.contains("evidence")) {
        line = reader.readLine();
      }
      assertTrue(line != null, "it ended before its first act");
      demo.toHandle().descendants().forEach(child -> started.add(child.pid()));
      assertTrue(started.size() > 32, "an agent and its actors run: " + started);
      new ProcessBuilder("/bin/kill", "-INT", Long.toString(demo.pid())).start().waitFor();
      while (line != null) {
        line = reader.readLine();
      }
    }
    assertEquals(130, demo.waitFor(), "as after Ctrl-C");
    assertEquals(List.of(), leftOf(demo.pid()));
    for (long pid : started) {
      assertFalse(
          ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent(), "process " + pid);
    }
  }

  /** The text of each act, its lines joined, by its number. */
  private static Map<String, String> acts(List<String> lines) {
    Map<String, String> acts = new LinkedHashMap<>();
    String act = "";
    for (String line : lines) {
      if (line.matches("\\d  .*")) {
        act = line.substring(0, 1);
      }
      acts.merge(act, line.strip(), (before, more) -> before + " " + more);
    }
    return acts;
  }

  private static void assertTold(String act, String pattern) {
    assertTrue(
        java.util.regex.Pattern.compile(pattern).matcher(String.valueOf(act)).find(),
        () -> "'" + pattern + "' is not in:\n" + act);
  }

  private static List<Path> leftOf(long pid) throws IOException {
    List<Path> left = new ArrayList<>();
    List<Path> places = new ArrayList<>();
    places.add(Path.of(System.getProperty("java.io.tmpdir")));
    places.add(Cgroup2Mount.find().orElseThrow().path());
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] fields = line.split(" ", -1);
      if (fields[2].equals("cgroup")) {
        places.add(Path.of(fields[1]));
      }
    }
    for (Path place : places) {
      try (Stream<Path> entries = Files.list(place)) {
        entries
            .filter(entry -> entry.getFileName().toString().equals("ringward-demo-" + pid))
            .forEach(left::add);
      }
    }
    return left;
  }
}
