/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A recording of the running agent, and the same incidents out of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RecordReplayTest {
  private static final String RULES =
      """
      - rule: Forbidden port
        desc: A connection to a port that a test forbids.
        condition: evt.type = connect and fd.rport = 7
        output: "forbidden (peer=%fd.name command=%proc.cmdline at=%evt.time)"
        priority: WARNING
        action: block
        for: 1m
        operations: [connect]
      """;

  private static final String SCAN =
      """
      for round in $(seq 1 600); do
        for port in $(seq 1000 1120); do : 3<>/dev/tcp/127.0.0.1/$port; done
        sleep 0.1
      done
      """;

  private Path home;
  private Path rules;

  @BeforeAll
  void rules(@TempDir Path folder) throws IOException {
    home = folder;
    rules = Files.writeString(home.resolve("rules.yaml"), RULES);
  }

  private AgentProcess agent(TestGroup group, String name) throws IOException {
    return AgentProcess.start(
        Files.createDirectory(home.resolve(name)),
        "--mode",
        "enforce",
        "--cgroup",
        group.folder().toString(),
        "--rules",
        rules.toString());
  }

  /** Asks for a port that the rule forbids, from a process of its own. */
  private static void trespass(TestGroup group) throws IOException, InterruptedException {
    try (Connecting subject = Connecting.start(group)) {
      subject.shell().tell("c 7");
      subject.connect();
      subject.connectFromChild();
    }
  }

  private static List<JsonNode> parse(AgentProcess.Result replayed) {
    return replayed.out().lines().map(AgentProcess::parse).toList();
  }

  /**
   * Field by field; but times of day, which the live agent takes from its clock at each line, may
   * differ by what that clock was set by meanwhile.
   */
  private static void assertSame(List<JsonNode> live, List<JsonNode> replayed) {
    for (int i = 0; i < Math.min(live.size(), replayed.size()); i++) {
      ObjectNode one = live.get(i).deepCopy();
      ObjectNode other = replayed.get(i).deepCopy();
      for (String parent : List.of("", "/verdict")) {
        if (one.at(parent) instanceof ObjectNode in && other.at(parent) instanceof ObjectNode out) {
          for (String field : List.of("time", "first_time", "issued", "expiry")) {
            if (in.has(field) && out.has(field)) {
              Instant then = Instant.parse(in.remove(field).asText());
              Instant again = Instant.parse(out.remove(field).asText());
              assertTrue(
                  Duration.between(then, again).abs().toMillis() < 100,
                  field + ": " + then + " and " + again);
            }
          }
        }
      }
      // The rule's own text holds evt.time, which comes from the recorded ticks: exact.
      assertEquals(one, other, "incident " + i);
    }
    assertEquals(live.size(), replayed.size(), live + "\n" + replayed);
  }

  @Test
  void theRunningAgentIsRecordedFromTheMiddleOnAndReplaysToTheSameIncidents() throws Exception {
    Path file = home.resolve("a.rec");
    List<JsonNode> live;
    try (TestGroup group = TestGroup.make();
        AgentProcess agent = agent(group, "live")) {
      trespass(group);
      agent.awaitIncident(json -> json.path("rule").asText().equals("Forbidden port"));
      Process recording =
          AgentProcess.beginAnywhere(
              "record",
              file.toString(),
              "--runtime-directory",
              agent.socket().getParent().toString());
      while (!agent.run("record", "--status").err().contains("recording to")) {
        Thread.sleep(100);
      }
      int from = agent.incidents().size();
      for (int i = 0; i < 3; i++) {
        trespass(group);
      }
      try (Shell scanner = Shell.in(group, SCAN)) {
        scanner.await(line -> line.contains(Connecting.THROTTLED), 60);
        agent.awaitIncident(json ->
            json.at("/subject/pid").asLong() == scanner.pid()
                && json.at("/verdict/action").asText().equals("block"));
      }
      trespass(group);
      AgentProcess.Result stopped = agent.run("record", "--stop");
      assertEquals(0, stopped.exitCode(), stopped.toString());
      assertTrue(stopped.err().contains("bytes an event"), stopped.err());
      String said = new String(recording.getInputStream().readAllBytes());
      assertEquals(0, recording.waitFor(), said);
      assertTrue(said.contains("bytes an event"), said);
      assertFalse(said.contains("missing"), said);
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      AgentProcess.Result again = agent.run("record", file.toString());
      assertEquals(1, again.exitCode());
      assertTrue(again.err().contains("is there already"), again.err());
      agent.terminate();
      live = agent.incidents();
      live = live.subList(from, live.size());
    }
    AgentProcess.Result replayed = AgentProcess.runAnywhere("replay", file.toString(), "--json");
    assertEquals(0, replayed.exitCode(), replayed.toString());
    assertTrue(live.stream().anyMatch(json -> json.path("source").asText().equals("rule")));
    assertTrue(live.stream().anyMatch(json -> json.path("source").asText().equals("model")));
    assertSame(live, parse(replayed));
    assertTrue(replayed.err().contains("events/s"), replayed.err());
    assertTrue(replayed.err().contains("WOULD REFUSE"), replayed.err());
    preview(file);
  }

  /** Other rules on the same recording, and each time the same. */
  private void preview(Path file) throws IOException {
    Path other =
        Files.writeString(
            home.resolve("other.yaml"),
            RULES.replace("rport = 7", "rport = 1").replace("Forb", "F"));
    AgentProcess.Result one = replayOther(file, other);
    assertEquals(0, one.exitCode(), one.toString());
    assertTrue(one.out().contains("\"rule\":\"Fidden port\""), one.toString());
    assertFalse(one.out().contains("\"rule\":\"Forbidden port\""), one.out());
    assertTrue(one.out().contains("\"mode\":\"shadow\""), one.out());
    assertEquals(one.out(), replayOther(file, other).out());
  }

  private static AgentProcess.Result replayOther(Path file, Path other) {
    return AgentProcess.runAnywhere(
        "replay",
        file.toString(),
        "--rules",
        other.toString(),
        "--no-starter-rules",
        "--mode",
        "shadow",
        "--json");
  }

  @Test
  void anAgentThatIsKilledLeavesABeginningThatCanBeReplayed() throws Exception {
    Path file = home.resolve("killed.rec");
    List<JsonNode> live;
    try (TestGroup group = TestGroup.make();
        AgentProcess agent = agent(group, "killed")) {
      Process recording =
          AgentProcess.beginAnywhere(
              "record",
              file.toString(),
              "--runtime-directory",
              agent.socket().getParent().toString());
      while (!agent.run("record", "--status").err().contains("recording to")) {
        Thread.sleep(100);
      }
      trespass(group);
      agent.awaitIncident(json -> json.path("rule").asText().equals("Forbidden port"));
      long written = Files.size(file);
      while (Files.size(file) < written + 1000) {
        Thread.sleep(100); // What has been decided is in the file after a second.
      }
      agent.kill();
      assertTrue(recording.waitFor() != 0, "its agent is gone, and it says so");
      live = agent.incidents();
    }
    AgentProcess.Result replayed = AgentProcess.runAnywhere("replay", file.toString(), "--json");
    assertEquals(1, replayed.exitCode(), replayed.toString());
    assertTrue(replayed.err().contains("not whole"), replayed.err());
    assertTrue(replayed.err().contains("is used"), replayed.err());
    List<JsonNode> again = parse(replayed);
    assertFalse(again.isEmpty(), replayed.toString());
    assertSame(live.subList(0, again.size()), again);
  }

  @Test
  void whereNoAgentRunsOneIsStartedInShadow() throws Exception {
    Path file = home.resolve("own.rec");
    try (TestGroup group = TestGroup.make()) {
      AgentProcess.Result recorded =
          AgentProcess.runAnywhere(
              "record",
              file.toString(),
              "--for",
              "3s",
              "--runtime-directory",
              home.resolve("own-run").toString(),
              "--state-directory",
              home.resolve("own-state").toString(),
              "--metrics-address",
              "127.0.0.1:0",
              "--cgroup",
              group.folder().toString());
      assertEquals(0, recorded.exitCode(), recorded.toString());
      assertTrue(recorded.err().contains("its time is up"), recorded.err());
    }
    AgentProcess.Result replayed = AgentProcess.runAnywhere("replay", file.toString());
    assertEquals(0, replayed.exitCode(), replayed.toString());
    assertTrue(replayed.err().contains("in mode shadow"), replayed.err());
  }
}
