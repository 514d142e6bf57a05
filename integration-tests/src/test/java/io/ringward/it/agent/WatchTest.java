/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A watch as an operator puts it: its calls in {@code events}, in a recording, in a replay. */
final class WatchTest {
  private static final String RULES =
      """
      - rule: Watched thread
        desc: Whatever a watched thread of bash calls.
        condition: evt.type = syscalls and proc.name = bash
        output: "calls of %proc.name"
        priority: NOTICE
      """;

  /** Nothing is refused by a watch, so it works in the default mode, too: shadow. */
  @Test
  void callsAreShownRecordedAndReplayed(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    Path recorded = folder.resolve("watch.rec");
    try (TestGroup group = TestGroup.make();
        AgentProcess agent = AgentProcess.start(folder, "--cgroup", group.folder().toString());
        Prober prober = group.prober()) {
      String run = agent.socket().getParent().toString();
      Process recording =
          AgentProcess.beginAnywhere("record", recorded.toString(), "--runtime-directory", run);
      while (!agent.run("record", "--status").err().contains("recording to")) {
        Thread.sleep(100);
      }
      String pid = Long.toString(prober.pid());
      String added =
          agent.runWell("verdicts", "add", "--process", pid, "--action", "watch", "--json");
      assertEquals("watch", AgentProcess.parse(added).get("action").asText());
      Process events =
          AgentProcess.beginAnywhere(
              "events",
              "--json",
              "--count",
              "8",
              "--where",
              "evt.type = syscalls and (proc.pid = %s or proc.apid[1] = %s)".formatted(pid, pid),
              "--runtime-directory",
              run);
      while (events.isAlive()) {
        prober.connect();
        Thread.sleep(20);
      }
      String said = new String(events.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, events.waitFor(), said);
      List<JsonNode> batches = said.lines().map(AgentProcess::parse).toList();
      assertTrue(calls(batches).contains("connect=ECONNREFUSED"), said);
      assertTrue(
          batches.stream().anyMatch(batch -> batch.get("parent").asLong() == prober.pid()),
          "children are watched");
      assertTrue(
          AgentProcess.parse(agent.runWell("verdicts", "list", "--json")).get("hits").asLong() > 0);
      assertEquals(0, agent.run("record", "--stop").exitCode());
      assertEquals(0, recording.waitFor());
      agent.runWell("verdicts", "release", "--all");
    }
    Path rules = Files.writeString(folder.resolve("watch.yaml"), RULES);
    AgentProcess.Result replayed =
        AgentProcess.runAnywhere(
            "replay",
            recorded.toString(),
            "--rules",
            rules.toString(),
            "--no-starter-rules",
            "--json");
    assertEquals(0, replayed.exitCode(), replayed::toString);
    assertTrue(replayed.out().contains("Watched thread"), replayed::toString);
  }

  private static List<String> calls(List<JsonNode> batches) {
    return batches.stream()
        .flatMap(batch -> batch.get("calls").valueStream())
        .map(JsonNode::asText)
        .toList();
  }
}
