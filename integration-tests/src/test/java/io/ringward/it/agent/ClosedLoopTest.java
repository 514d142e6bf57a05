/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The closed loop with teeth: from an operation to what the kernel answers to the next one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClosedLoopTest {
  private static final String RULES =
      """
      - rule: Marked program
        desc: A program that a test marked by an argument.
        condition: evt.type = execve and proc.args contains ringward-it-seen
        output: "marked (command=%proc.cmdline parent=%proc.pname)"
        priority: NOTICE
        tags: [T0000]
      - rule: Condemned program
        desc: A program that a test condemned by an argument.
        condition: evt.type = execve and proc.args contains ringward-it-condemned
        output: "condemned (command=%proc.cmdline)"
        priority: ERROR
        action: kill
        for: 1m
      - rule: Forbidden port
        desc: A connection to a port that a test forbids.
        condition: evt.type = connect and fd.rport = 7
        output: "forbidden (peer=%fd.name)"
        priority: WARNING
        action: block
        for: 1m
        operations: [connect]
      """;

  private static final Pattern NEW_VERDICT = Pattern.compile("\\b([0-9a-f]{8,16})\\b");

  private TestGroup group;
  private AgentProcess agent;

  @BeforeAll
  void start(@TempDir Path home) throws IOException, InterruptedException {
    group = TestGroup.make();
    Path rules = Files.writeString(home.resolve("rules.yaml"), RULES);
    agent =
        AgentProcess.start(
            home,
            "--mode",
            "enforce",
            "--cgroup",
            group.folder().toString(),
            "--rules",
            rules.toString());
  }

  @AfterAll
  void stop() {
    if (agent != null) {
      agent.close();
    }
    if (group != null) {
      group.close();
    }
  }

  @Test
  void seesAnExecWithItsAncestry() throws IOException, InterruptedException {
    try (Shell shell =
        Shell.in(
            group,
            "bash -c '/usr/bin/env true; sh -c \"/bin/echo ringward-it-seen; true\"; true'; true")) {
      shell.awaitExit(20);
      JsonNode incident =
          agent.awaitIncident(json ->
              json.path("rule").asText().equals("Marked program")
                  && json.at("/subject/executable").asText().endsWith("/echo"));
      List<Long> ancestors = new ArrayList<>();
      incident.at("/subject/ancestry").forEach(node -> ancestors.add(node.get("pid").asLong()));
      JsonNode parent = incident.at("/subject/ancestry/0");
      assertEquals("sh", parent.get("name").asText(), incident.toString());
      assertEquals("bash", incident.at("/subject/ancestry/1/name").asText(), incident.toString());
      assertTrue(ancestors.contains(shell.pid()), incident.toString());
      assertTrue(ancestors.contains(ProcessHandle.current().pid()), incident.toString());
      assertEquals(
          List.of("/bin/echo", "ringward-it-seen"), texts(incident.at("/subject/arguments")));
      assertEquals(
          String.valueOf(Files.getAttribute(group.folder(), "unix:ino")),
          incident.at("/subject/cgroup_id").asText());
      assertEquals("Notice", incident.get("severity").asText());
    }
  }

  @Test
  void ruleBlocksWhatComesNext() throws IOException, InterruptedException {
    try (Connecting subject = Connecting.start(group)) {
      assertTrue(subject.connect().contains(Connecting.REFUSED_BY_PEER));
      subject.shell().tell("c 7");
      JsonNode incident =
          agent.awaitIncident(json ->
              json.path("rule").asText().equals("Forbidden port")
                  && json.at("/subject/pid").asLong() == subject.pid());
      assertEquals("block", incident.at("/verdict/action").asText(), incident.toString());
      assertFalse(incident.at("/verdict/expiry").asText().isEmpty());
      assertEquals(
          "ringward verdicts release " + incident.at("/verdict/id").asText(),
          incident.get("release").asText());
      // The incident is told after the verdict is in the map.
      assertTrue(subject.connect().contains(Connecting.BLOCKED));
      assertTrue(subject.connectFromChild().contains(Connecting.BLOCKED));
    }
    assertTrue(agent.metric("ringward_verdict_latency_seconds_count").orElse(0.0) >= 1);
  }

  @Test
  void ruleKills() throws IOException, InterruptedException {
    // Written so that the rule knows it once it is in the group, and not by the script's own text.
    try (Shell condemned =
        Shell.in(group, "exec bash -c 'sleep 60; true' ringward-it-\"\"condemned")) {
      assertEquals(128 + 9, condemned.awaitExit(30));
    }
    JsonNode incident =
        agent.awaitIncident(json -> json.path("rule").asText().equals("Condemned program"));
    assertEquals("kill", incident.at("/verdict/action").asText(), incident.toString());
  }

  @Test
  void operatorsVerdictCoversTheTreeAndItsLaterChildrenUntilItIsReleased()
      throws IOException, InterruptedException {
    try (Connecting subject = Connecting.start(group)) {
      // A descendant that lives already when the verdict comes.
      subject.shell().tell("background 1");
      String background =
          subject.shell().await(line -> line.startsWith("background "), 20).substring(11);
      subject.shell().await(line -> line.contains(Connecting.REFUSED_BY_PEER), 20);

      String id = add(subject.pid(), "block", "5m");
      assertTrue(subject.connect().contains(Connecting.BLOCKED));
      assertTrue(subject.connectFromFork().contains(Connecting.BLOCKED));
      assertTrue(subject.connectFromChild().contains(Connecting.BLOCKED));
      int from = subject.shell().lines().size();
      subject.shell().await(from, line -> line.contains(Connecting.BLOCKED), 20);

      // An orphan of the tree still belongs to it.
      String listed = agent.run("verdicts", "list").out();
      assertTrue(listed.contains(id), listed);

      AgentProcess.Result released = agent.run("verdicts", "release", id);
      assertEquals(0, released.exitCode(), released.out());
      assertTrue(subject.connect().contains(Connecting.REFUSED_BY_PEER));
      assertTrue(subject.connectFromChild().contains(Connecting.REFUSED_BY_PEER));
      assertFalse(agent.run("verdicts", "list").out().contains(id));
      assertFalse(background.isEmpty());
    }
  }

  @Test
  void verdictExpiresByItself() throws IOException, InterruptedException {
    try (Connecting subject = Connecting.start(group)) {
      add(subject.pid(), "block", "4s");
      assertTrue(subject.connect().contains(Connecting.BLOCKED));
      String answer = subject.connect();
      long deadline = System.nanoTime() + 30_000_000_000L;
      while (answer.contains(Connecting.BLOCKED) && System.nanoTime() < deadline) {
        Thread.sleep(200);
        answer = subject.connect();
      }
      assertTrue(answer.contains(Connecting.REFUSED_BY_PEER), answer);
    }
  }

  @Test
  void scannerIsThrottledAndThenBlocked() throws IOException, InterruptedException {
    try (Shell scanner =
        Shell.in(
            group,
            """
            echo ready
            for round in $(seq 1 600); do
              for port in $(seq 1000 1120); do : 3<>/dev/tcp/127.0.0.1/$port; done
              sleep 0.1
            done
            """)) {
      scanner.await(line -> line.contains(Connecting.THROTTLED), 60);
      JsonNode throttled =
          agent.awaitIncident(json ->
              json.at("/subject/pid").asLong() == scanner.pid()
                  && json.at("/verdict/action").asText().equals("throttle"));
      assertEquals("model", throttled.get("source").asText(), throttled.toString());
      assertTrue(throttled.at("/evidence/features").size() > 0, throttled.toString());
      scanner.await(line -> line.contains(Connecting.BLOCKED), 90);
      JsonNode blocked =
          agent.awaitIncident(json ->
              json.at("/subject/pid").asLong() == scanner.pid()
                  && json.at("/verdict/action").asText().equals("block"));
      assertEquals(throttled.get("id"), blocked.get("id"));
      assertTrue(blocked.get("count").asLong() > throttled.get("count").asLong());
    }
    assertTrue(
        agent
            .metrics()
            .lines()
            .anyMatch(line -> line.startsWith("ringward_findings_total{source=\"model\",")),
        agent.metrics());
  }

  @Test
  void successorWithTheSamePidIsNotHit() throws IOException, InterruptedException {
    for (int attempt = 0; attempt < 20; attempt++) {
      long pid;
      try (Connecting subject = Connecting.start(group)) {
        pid = subject.pid();
        add(pid, "block", "5m");
        assertTrue(subject.connect().contains(Connecting.BLOCKED));
      }
      // The next fork on this machine gets the pid again, unless somebody else is faster.
      Files.writeString(Path.of("/proc/sys/kernel/ns_last_pid"), Long.toString(pid - 1));
      try (Connecting successor = Connecting.start(group)) {
        if (successor.pid() == pid) {
          assertTrue(successor.connect().contains(Connecting.REFUSED_BY_PEER));
          return;
        }
      }
    }
    throw new AssertionError("the pid was never used again");
  }

  private String add(long pid, String action, String duration)
      throws IOException, InterruptedException {
    AgentProcess.Result added =
        agent.run(
            "verdicts",
            "add",
            "--process",
            Long.toString(pid),
            "--action",
            action,
            "--operations",
            "connect",
            "--for",
            duration,
            "--reason",
            "test");
    assertEquals(0, added.exitCode(), added.out());
    Matcher id = NEW_VERDICT.matcher(added.out());
    assertTrue(id.find(), added.out());
    return id.group(1);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
