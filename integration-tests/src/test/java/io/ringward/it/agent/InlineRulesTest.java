/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rules that the kernel decides by itself, and verdicts that outlive the agent, as an operator sees
 * them. The agent enforces in a control group of the test's own alone.
 */
final class InlineRulesTest {
  private static final String RULE =
      """
      - rule: Port of the test
        desc: A connection to a port of the test's.
        condition: evt.type = connect and fd.rport = %d and fd.rip = 127.0.0.1 and proc.name = bash
        output: "%%proc.name connects to %%fd.rip"
        priority: NOTICE
        action: block
        for: 1m
        operations: [connect]
      - rule: History
        desc: What only the stream job knows.
        condition: evt.type = connect and fd.rport = %d and proc.pname = nobody
        output: "o"
        priority: NOTICE
        action: block
        for: 1m
      """;

  private @TempDir Path folder;
  private TestGroup group;
  private Path rules;
  private AgentProcess agent;

  @BeforeEach
  void open() throws IOException {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    group = TestGroup.make();
    rules = folder.resolve("rules.yaml");
  }

  @AfterEach
  void close() {
    if (agent != null) {
      agent.close();
      AgentProcess.Result removed =
          AgentProcess.runAnywhere(
              "pins", "--remove", "--runtime-directory", folder.resolve("run").toString());
      assertEquals(0, removed.exitCode(), removed::err);
    }
    if (group != null) {
      group.close();
    }
  }

  private void start(int port) throws IOException {
    Files.writeString(rules, RULE.formatted(port, port));
    agent =
        AgentProcess.start(
            folder,
            "--mode",
            "enforce",
            "--cgroup",
            group.folder().toString(),
            "--no-starter-rules",
            "--rules",
            rules.toString());
  }

  private JsonNode rule(String name) {
    return agent
        .runWell("rules", "list", "--json")
        .lines()
        .map(AgentProcess::parse)
        .filter(row -> row.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRuleRefusesTheFirstConnectionAndIsReplaced() throws IOException {
    start(1);
    assertEquals("kernel", rule("Port of the test").get("decided").asText());
    assertEquals("stream", rule("History").get("decided").asText());
    assertTrue(rule("History").get("reason").asText().contains("proc.pname"));
    try (Prober prober = group.prober()) {
      prober.awaitAnswer(Prober.BLOCKED);
      assertTrue(rule("Port of the test").get("hits").asLong() >= 1);
      // What the kernel has refused is told by the loop, as any match.
      agent.awaitIncident(each -> each.toString().contains("Port of the test"));
    }
    Files.writeString(rules, RULE.formatted(2, 2));
    agent.runWell("rules", "reload");
    try (Prober fresh = group.prober()) {
      assertEquals(Prober.ALLOWED, fresh.connect());
    }
  }

  @Test
  void aVerdictThatPersistsOutlivesTheAgentAndIsAdopted() throws IOException {
    start(2);
    try (Prober kept = group.prober();
        Prober lifted = group.prober()) {
      String id = block(kept, "--persist");
      String other = block(lifted);
      kept.awaitAnswer(Prober.BLOCKED);
      lifted.awaitAnswer(Prober.BLOCKED);
      assertTrue(pins().contains("link_network_connect4"), pins());
      agent.kill();
      agent.awaitEnd();
      lifted.awaitAnswer(Prober.ALLOWED);
      assertEquals(Prober.BLOCKED, kept.connect());

      start(2);
      assertEquals(Prober.BLOCKED, kept.connect());
      List<String> ids =
          agent
              .runWell("verdicts", "list", "--json")
              .lines()
              .map(AgentProcess::parse)
              .map(row -> row.get("id").asText())
              .toList();
      assertTrue(ids.contains(id), () -> ids + " without " + id);
      agent.runWell("verdicts", "release", id);
      assertEquals(Prober.ALLOWED, kept.connect());
      assertEquals("Nothing is pinned.", pins().strip());
      assertTrue(!other.equals(id));
    }
  }

  private String pins() {
    return agent.runWell("pins");
  }

  private String block(Prober prober, String... more) {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                "verdicts",
                "add",
                "--process",
                Long.toString(prober.pid()),
                "--action",
                "block",
                "--operations",
                "connect",
                "--for",
                "5m",
                "--json"));
    command.addAll(List.of(more));
    return AgentProcess.parse(agent.runWell(command.toArray(String[]::new))).get("id").asText();
  }
}
