/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.it.agent.AgentProcess.Result;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One agent that enforces, in a control group of the test's own, and what operators do with it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EnforcingAgentTest {
  private static final String RULE =
      """
      - rule: Marked program
        desc: A program with the mark in its arguments was started.
        condition: evt.type = execve and proc.args contains ringward-it-marked-%s
        output: "%%proc.name was started with the mark (%%proc.cmdline)"
        priority: CRITICAL
        tags: [T1059]
        action: %s
      """;

  private static @TempDir Path folder;
  private TestGroup group;
  private Path rules;
  private AgentProcess agent;

  @BeforeAll
  void open() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    group = TestGroup.make();
    rules = Files.writeString(folder.resolve("rules.yaml"), RULE.formatted("one", "alert"));
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
            "--incidents-file",
            folder.resolve("incidents.jsonl").toString());
  }

  @AfterAll
  void close() {
    if (agent != null) {
      agent.close();
    }
    if (group != null) {
      group.close();
    }
  }

  @Test
  void blockOfAProcessLastsUntilItsRelease() {
    try (Prober prober = group.prober()) {
      assertEquals(Prober.ALLOWED, prober.connect());
      // Not of exec: the prober connects from children, and where only a signal blocks exec it
      // would lose them.
      String id =
          add(
              "--process",
              Long.toString(prober.pid()),
              "--action",
              "block",
              "--operations",
              "connect");
      prober.awaitAnswer(Prober.BLOCKED);
      prober.awaitAnswer(Prober.BLOCKED);
      JsonNode row = row(id);
      assertEquals("block", row.get("action").asText());
      assertTrue(row.get("subject").asText().startsWith("process " + prober.pid() + "@"));
      assertEquals("bash", row.get("name").asText());
      assertEquals(2, row.get("hits").asInt(), "each refusal is counted");
      assertFalse(row.get("shadow").asBoolean());
      String table = agent.runWell("verdicts", "list");
      assertTrue(table.contains(id) && table.contains("because of a test"), table);
      assertTrue(agent.runWell("verdicts", "release", id).startsWith("Released " + id));
      assertEquals(Prober.ALLOWED, prober.connect());
      agent.await(
          "the exact count of refusals on the metrics page",
          () ->
              agent
                  .metric(
                      "ringward_enforcements_total"
                          + "{action=\"block\",hook=\"connect4\",mode=\"enforce\",}")
                  .filter(count -> count >= 2)
                  .isPresent());
    }
  }

  @Test
  void throttleLetsItsRateThroughAndRefusesTheRest() {
    try (Prober prober = group.prober()) {
      String id =
          add(
              "--process",
              Long.toString(prober.pid()),
              "--action",
              "throttle",
              "--operations",
              "connect",
              "--rate",
              "1/h");
      assertEquals(Prober.ALLOWED, prober.connect(), "the bucket holds one");
      prober.awaitAnswer(Prober.THROTTLED);
      prober.awaitAnswer(Prober.THROTTLED);
      agent.runWell("verdicts", "release", id);
      assertEquals(Prober.ALLOWED, prober.connect());
    }
  }

  @Test
  void blockOfAControlGroupHoldsForThoseWhoComeLater() {
    try (Prober first = group.prober()) {
      String id = add("--cgroup", group.path(), "--action", "block", "--operations", "connect");
      first.awaitAnswer(Prober.BLOCKED);
      try (Prober second = group.prober()) {
        second.awaitAnswer(Prober.BLOCKED);
        agent.runWell("verdicts", "release", id);
        assertEquals(Prober.ALLOWED, second.connect());
      }
    }
  }

  @Test
  void killEndsTheProcess() {
    try (Prober prober = group.prober()) {
      add("--process", Long.toString(prober.pid()), "--action", "kill", "--for", "10s");
      assertEquals(128 + 9, prober.awaitEnd());
    }
  }

  @Test
  void protectedAndDeadProcessesAreRefused() {
    Result init = agent.run("verdicts", "add", "--process", "1", "--action", "kill");
    assertEquals(1, init.exitCode(), init::toString);
    assertTrue(init.err().contains("protected"), init::toString);
    Result self =
        agent.run("verdicts", "add", "--process", Long.toString(agent.pid()), "--action", "block");
    assertEquals(1, self.exitCode(), self::toString);
    assertTrue(self.err().contains("protected"), self::toString);
    Prober gone = group.prober();
    gone.close();
    Result dead =
        agent.run("verdicts", "add", "--process", Long.toString(gone.pid()), "--action", "block");
    assertEquals(1, dead.exitCode(), dead::toString);
    assertTrue(dead.err().contains("no process " + gone.pid() + " lives"), dead::toString);
    Result root = agent.run("verdicts", "add", "--cgroup", "/", "--action", "block");
    assertEquals(1, root.exitCode(), root::toString);
  }

  @Test
  void ruleBecomesAnIncidentAndBadRulesLeaveTheOldInForce() throws Exception {
    runMarked("one");
    JsonNode incident = agent.awaitIncident(one -> isAbout(one, "one"));
    assertEquals("Marked program", incident.get("rule").asText());
    assertEquals("Critical", incident.get("severity").asText());
    assertEquals("enforce", incident.get("mode").asText());
    assertEquals("T1059", incident.get("tags").get(0).asText());
    JsonNode subject = incident.get("subject");
    assertEquals("true", subject.get("name").asText());
    assertEquals(
        ProcessHandle.current().pid(),
        subject.get("ancestry").get(0).get("pid").asLong(),
        "this test started it");
    assertTrue(subject.get("cgroup").asText().startsWith("/"), incident::toString);

    Files.writeString(rules, "- rule: Broken\n  conditoin: evt.type = execve\n");
    Result bad = agent.run("rules", "reload");
    assertEquals(1, bad.exitCode(), bad::toString);
    assertTrue(bad.err().contains("the rules in force stay"), bad::toString);
    assertTrue(bad.err().contains(rules + ":2:"), bad::toString);
    int before = agent.incidents().size();
    runMarked("one");
    agent.await("an incident of the old rule", () -> agent.incidents().size() > before);

    Files.writeString(rules, RULE.formatted("two", "alert"));
    assertEquals("1 rules in force, from 1 files\n", agent.runWell("rules", "reload"));
    runMarked("two");
    agent.awaitIncident(one -> isAbout(one, "two"));
    Files.writeString(rules, RULE.formatted("three", "alert"));
    agent.signal("HUP");
    agent.awaitSaid("rules reloaded");
    runMarked("three");
    agent.awaitIncident(one -> isAbout(one, "three"));

    Path file = folder.resolve("incidents.jsonl");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    agent.await(
        "the same incidents in the file",
        () -> {
          try {
            return Files.readAllLines(file).stream()
                .map(AgentProcess::parse)
                .anyMatch(one -> isAbout(one, "three"));
          } catch (java.io.IOException e) {
            return false;
          }
        });
    Files.writeString(rules, RULE.formatted("one", "alert"));
    agent.runWell("rules", "reload");
  }

  @Test
  void doctorBesideTheAgentAsksIt() {
    String said = agent.runWell("doctor");
    assertTrue(said.contains("guarded by process " + agent.pid()), said);
    assertTrue(said.contains("mode enforce"), said);
    String json = agent.runWell("doctor", "--json");
    List<JsonNode> rows = json.lines().map(AgentProcess::parse).toList();
    // The connect hooks of this agent are attached below its group, where it cannot fire them.
    JsonNode exec =
        rows.stream()
            .filter(row -> row.path("capability").asText().equals("observe_exec"))
            .findFirst()
            .orElseThrow();
    assertEquals("best", exec.get("level").asText(), json);
  }

  @Test
  void secondAgentOfTheSamePlaceIsRefused() {
    try (AgentProcess second = AgentProcess.begin(folder)) {
      assertEquals(5, second.awaitEnd(), second::whatItSaid);
      assertTrue(second.whatItSaid().contains(Long.toString(agent.pid())), second::whatItSaid);
      assertFalse(second.whatItSaid().contains("\tat "), second::whatItSaid);
    }
    agent.runWell("verdicts", "list");
  }

  @Test
  void everythingThatListensIsOnLoopback() {
    List<InetSocketAddress> listening = ListeningSockets.of(agent.pid());
    assertTrue(
        listening.stream().anyMatch(one -> one.getPort() == agent.metricsPage().getPort()),
        "the metrics page is among " + listening);
    for (InetSocketAddress one : listening) {
      assertTrue(one.getAddress().isLoopbackAddress(), one + " is reached from outside");
    }
    assertEquals(1, listening.size(), "nothing but the metrics page listens: " + listening);
  }

  @Test
  void promtoolFindsNothingToComplainAboutOnTheLivePage() throws Exception {
    Path promtool = Path.of("/usr/bin/promtool");
    Assumptions.assumeTrue(
        Files.isExecutable(promtool), "promtool is not installed: apt-get install prometheus");
    Process check =
        new ProcessBuilder(promtool.toString(), "check", "metrics")
            .redirectErrorStream(true)
            .start();
    String page = agent.metrics();
    try (var in = check.getOutputStream()) {
      in.write(page.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), said);
    for (String hook : List.of("exec", "fork", "exit", "connect4")) {
      assertNotEquals(
          0.0, agent.metric("ringward_events_delivered_total{hook=\"" + hook + "\",}").orElse(0.0));
    }
    agent.await(
        "beats of the loop", () -> agent.metric("ringward_loop_delay_seconds_count").get() > 4);
  }

  private String add(String... arguments) {
    List<String> all = new java.util.ArrayList<>(List.of("verdicts", "add", "--json"));
    all.addAll(List.of("--for", "5m", "--reason", "because of a test"));
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--for")) {
        all.remove("--for");
        all.remove("5m");
      }
    }
    all.addAll(List.of(arguments));
    JsonNode row = AgentProcess.parse(agent.runWell(all.toArray(String[]::new)));
    assertTrue(row.get("outcome").asText().startsWith("In force"), row::toString);
    return row.get("id").asText();
  }

  private JsonNode row(String id) {
    return agent
        .runWell("verdicts", "list", "--json")
        .lines()
        .map(AgentProcess::parse)
        .filter(row -> row.get("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static void runMarked(String mark) throws Exception {
    Process marked = new ProcessBuilder("/bin/true", "ringward-it-marked-" + mark).start();
    assertEquals(0, marked.waitFor());
  }

  private static boolean isAbout(JsonNode incident, String mark) {
    return incident.get("summary").asText().contains("ringward-it-marked-" + mark);
  }
}
