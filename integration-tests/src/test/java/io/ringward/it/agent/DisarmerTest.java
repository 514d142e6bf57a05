/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A rule that hits too many, on the host's kernel: programs of their own in control groups of their
 * own connect to a closed port of loopback.
 */
final class DisarmerTest {
  private static final String NAME = "Connects of marked programs";
  private static final String RULE =
      """
      - rule: %s
        desc: A program of this test connects.
        condition: evt.type = connect and proc.name startswith rwit
        output: "%%proc.name connects"
        priority: WARNING
        action: block
        operations: [connect]
        for: 10m
      """;

  private @TempDir Path folder;
  private final List<Shell> programs = new ArrayList<>();
  private final List<Path> groups = new ArrayList<>();
  private TestGroup group;
  private AgentProcess agent;

  @AfterEach
  void close() throws Exception {
    programs.forEach(Shell::close);
    if (agent != null) {
      agent.close();
    }
    for (Path one : groups) {
      for (int i = 0; i < 200 && Files.exists(one); i++) {
        try {
          Files.delete(one);
        } catch (IOException e) {
          Thread.sleep(50);
        }
      }
    }
    if (group != null) {
      group.close();
    }
  }

  /** A copy of bash, so a program of its own, in a group of its own; connects on demand. */
  private Shell program(int number, int run) throws IOException {
    Path copy = folder.resolve("rwit" + number);
    if (!Files.exists(copy)) {
      Files.copy(Path.of("/bin/bash"), copy, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }
    Path own = Files.createDirectory(group.folder().resolve("p" + number + "-" + run));
    groups.add(own);
    Shell shell =
        Shell.start(
            List.of(
                copy.toString(),
                "-c",
                """
                echo $$ > "$1/cgroup.procs" || exit 1
                echo ready
                while read -r line; do
                  { : 3<>/dev/tcp/127.0.0.1/1; } 2>&1
                  echo answered
                done
                """,
                copy.toString(),
                own.toString()));
    programs.add(shell);
    agent.await("a program in its group", () -> shell.lines().contains("ready"));
    return shell;
  }

  private String connect(Shell shell) throws IOException {
    int before = shell.lines().size();
    shell.tell("connect");
    agent.await(
        "an answer",
        () -> shell.lines().subList(before, shell.lines().size()).contains("answered"));
    return String.join("\n", shell.lines().subList(before, shell.lines().size()));
  }

  private void connectUntil(Shell shell, String answer) throws IOException {
    for (int i = 0; i < 600; i++) {
      if (connect(shell).contains(answer)) {
        return;
      }
      pause();
    }
    throw new AssertionError("never '" + answer + "': " + shell.lines() + agent.whatItSaid());
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<JsonNode> verdicts() {
    return agent.runWell("verdicts", "list", "--json").lines().map(AgentProcess::parse).toList();
  }

  @Test
  void aRuleThatHitsTooManyIsStoppedUntilAnOperatorArmsItAndLearnsFromReleases() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    group = TestGroup.make();
    Path rules = Files.writeString(folder.resolve("rules.yaml"), RULE.formatted(NAME));
    agent =
        AgentProcess.start(
            folder,
            "--mode",
            "enforce",
            "--cgroup",
            group.folder().toString(),
            "--no-starter-rules",
            "--rules",
            rules.toString(),
            "--disarm-limit",
            "3",
            "--disarm-window",
            "1h");
    List<Shell> hit = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Shell one = program(i, 0);
      connectUntil(one, Prober.BLOCKED);
      hit.add(one);
    }
    assertEquals(3, verdicts().size());

    Shell fourth = program(3, 0);
    assertTrue(connect(fourth).contains(Prober.ALLOWED));
    JsonNode alarm =
        agent.awaitIncident(one -> one.path("rule").asText().equals("disarmer: " + NAME));
    assertEquals("Alert", alarm.path("severity").asText());
    String summary = alarm.path("summary").asText();
    assertTrue(summary.contains("4 distinct process trees or cgroups"), summary);
    assertTrue(summary.contains("3 verdicts of it released"), summary);
    agent.await("the release of all", () -> verdicts().isEmpty());
    for (Shell one : hit) {
      assertTrue(connect(one).contains(Prober.ALLOWED), "allowed again");
    }
    assertTrue(connect(program(4, 0)).contains(Prober.ALLOWED));
    agent.awaitIncident(one ->
        one.path("rule").asText().equals(NAME)
            && one.path("subject").path("name").asText().equals("rwit4")
            && one.path("outcome").asText().startsWith("rule disarmed"));
    assertTrue(verdicts().isEmpty(), "its findings only alert");
    assertEquals(Optional.of(1.0), agent.metric("ringward_detectors_stopped{state=\"disarmed\",}"));
    assertEquals(Optional.of(1.0), agent.metric("ringward_disarms_total{state=\"disarmed\",}"));
    String doctor = agent.runWell("doctor");
    assertTrue(doctor.contains("rule " + NAME + " is disarmed"), doctor);
    assertTrue(doctor.contains("ringward rules rearm \"" + NAME + "\""), doctor);

    assertEquals("'" + NAME + "' is armed again.\n", agent.runWell("rules", "rearm", NAME));
    assertEquals(1, agent.run("rules", "rearm", NAME).exitCode(), "it is armed");
    assertEquals(Optional.of(0.0), agent.metric("ringward_detectors_stopped{state=\"disarmed\",}"));
    Shell fifth = program(5, 0);
    connectUntil(fifth, Prober.BLOCKED);

    JsonNode verdict = verdicts().getFirst();
    assertEquals("block", verdict.path("action").asText());
    agent.runWell("verdicts", "release", verdict.path("id").asText(), "--false-positive");
    JsonNode learned = AgentProcess.parse(agent.runWell("verdicts", "feedback", "--json").strip());
    assertEquals(NAME, learned.path("detector").asText());
    assertEquals(1, learned.path("leaning").asInt());
    assertTrue(learned.path("program").asText().endsWith("/rwit5"), learned::toString);
    Shell again = program(5, 1);
    connect(again);
    agent.await("a verdict on the next run of that program", () -> !verdicts().isEmpty());
    assertEquals("throttle", verdicts().getFirst().path("action").asText(), "a step less");
    assertEquals(
        Optional.of(1.0), agent.metric("ringward_feedback_programs{leaning=\"reluctant\",}"));
  }
}
