/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.it.agent.AgentProcess.Result;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** {@code events} and {@code top} of a running agent, as an operator sees them. */
@TestInstance(Lifecycle.PER_CLASS)
final class ViewsTest {
  private static @TempDir Path folder;
  private TestGroup group;
  private AgentProcess agent;

  @BeforeAll
  void open() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    group = TestGroup.make();
    agent = AgentProcess.start(folder, "--mode", "enforce", "--cgroup", group.folder().toString());
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

  private Process begin(String... arguments) {
    List<String> all = new java.util.ArrayList<>(List.of(arguments));
    all.addAll(List.of("--runtime-directory", agent.socket().getParent().toString()));
    return AgentProcess.beginAnywhere(all.toArray(String[]::new));
  }

  @Test
  void eventsAreFilteredInTheAgentByWhatItsTableKnows() throws Exception {
    try (Prober prober = group.prober()) {
      Process events =
          begin(
              "events",
              "--json",
              "--count",
              "1",
              "--where",
              "evt.type = connect and proc.aname = bash and proc.apid[1] = " + prober.pid());
      // Until the listener is there nobody sees anything.
      while (events.isAlive()) {
        prober.connect();
        Thread.sleep(20);
      }
      String said = new String(events.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, events.waitFor(), said);
      JsonNode event = AgentProcess.parse(said);
      assertEquals("connect", event.get("event").asText());
      assertEquals("127.0.0.1:1", event.get("endpoint").asText());
      assertEquals("tcp", event.get("protocol").asText());
      assertEquals("allowed", event.get("outcome").asText());
      assertEquals(prober.pid(), event.get("parent").asLong());
      assertEquals("bash", event.get("ancestors").get(0).asText());
      assertEquals(group.path(), event.get("cgroup").asText());
    }
  }

  @Test
  void refusalsAreSeenByWhoWatches() throws Exception {
    try (Prober prober = group.prober()) {
      agent.runWell(
          "verdicts",
          "add",
          "--process",
          Long.toString(prober.pid()),
          "--action",
          "block",
          "--operations",
          "connect");
      prober.awaitAnswer(Prober.BLOCKED);
      Process events =
          begin("events", "--count", "1", "--where", "evt.type = connect and fd.rport = 1");
      while (events.isAlive()) {
        prober.connect();
        Thread.sleep(20);
      }
      try (BufferedReader reader = events.inputReader()) {
        List<String> lines = reader.lines().toList();
        assertTrue(lines.getFirst().startsWith("TIME "), lines::toString);
        assertTrue(lines.get(1).contains("127.0.0.1:1 tcp  blocked"), lines::toString);
        assertFalse(lines.get(1).contains("\u001b"), "a pipe is no terminal");
      }
      agent.runWell("verdicts", "release", "--all");
    }
  }

  @Test
  void badConditionIsExplainedWhereItIsWrong() {
    Result bad = agent.run("events", "--where", "proc.name = x and proc.nam = y");
    assertEquals(2, bad.exitCode(), bad::toString);
    assertTrue(bad.err().contains("condition:1:19: unknown field 'proc.nam'"), bad::toString);
    assertTrue(bad.err().contains("\n" + " ".repeat(20) + "^"), bad::toString);
    Result macro =
        agent.run("events", "--where", "spawned_process and never_true", "--for", "300ms");
    assertEquals(0, macro.exitCode(), macro::toString);
  }

  @Test
  void topShowsWhoIsUnderAVerdictAndWhatItDoes() throws Exception {
    try (Prober prober = group.prober()) {
      agent.runWell(
          "verdicts",
          "add",
          "--process",
          Long.toString(prober.pid()),
          "--action",
          "block",
          "--operations",
          "connect");
      Optional<JsonNode> found = Optional.empty();
      long until = System.nanoTime() + AgentProcess.PATIENCE_SECONDS * 1_000_000_000L;
      while (found.isEmpty() && System.nanoTime() - until < 0) {
        for (int i = 0; i < 20; i++) {
          prober.connect(); // Each forks a child, so that the shell has a busy second.
        }
        JsonNode page = AgentProcess.parse(agent.runWell("top", "--json"));
        for (JsonNode row : page.get("processes")) {
          if (row.get("pid").asLong() == prober.pid()
              && row.get("events_per_second").asDouble() > 0) {
            found = Optional.of(row);
          }
        }
        assertEquals(1, page.get("verdicts").size());
        assertTrue(page.get("cgroups").size() > 0, page::toString);
      }
      JsonNode row = found.orElseThrow(() -> new AssertionError("the prober was never shown"));
      assertEquals("bash", row.get("name").asText());
      assertEquals("block", row.get("verdict").asText());
      assertEquals(group.path(), row.get("cgroup").asText());
      assertTrue(row.get("model").asText().matches("learning \\d+/256|usual|odd"), row::toString);
      String page = agent.runWell("top", "--once");
      assertTrue(page.startsWith("ringward top  mode enforce"), page);
      assertTrue(page.contains(Long.toString(prober.pid())), page);
      agent.runWell("verdicts", "release", "--all");
    }
  }

  @Test
  void topPutsTheTerminalBack() throws Exception {
    Path script = Path.of("/usr/bin/script");
    Assumptions.assumeTrue(
        Files.isExecutable(script), "script(1) is not installed: apt-get install bsdutils");
    for (String end : List.of("q", "\u0003")) {
      Path log = folder.resolve("terminal-" + (int) end.charAt(0));
      Process terminal =
          new ProcessBuilder(
                  script.toString(),
                  "-q",
                  "-e",
                  "-c",
                  // The shell itself outlives the key that interrupts.
                  "trap : INT; stty -a >"
                      + log
                      + ".before; "
                      + AgentProcess.commandLine(
                          "top", "--runtime-directory", agent.socket().getParent().toString())
                      + "; code=$?; stty -a >"
                      + log
                      + ".after; exit $code",
                  log.toString())
              .redirectErrorStream(true)
              .start();
      try (var keys = terminal.outputWriter();
          BufferedReader screen = terminal.inputReader()) {
        StringBuilder shown = new StringBuilder();
        while (shown.indexOf("ringward top") < 0) {
          int character = screen.read();
          assertTrue(character >= 0, () -> "it ended early: " + shown);
          shown.append((char) character);
        }
        keys.write(end);
        keys.flush();
        int character;
        while ((character = screen.read()) >= 0) {
          shown.append((char) character);
        }
        assertTrue(shown.indexOf("\u001b[?1049h") >= 0, shown::toString);
        assertTrue(
            shown.indexOf("\u001b[?1049l") > shown.indexOf("\u001b[?1049h"), shown::toString);
        assertTrue(shown.indexOf("\u001b[?25h") >= 0, "the cursor is back");
      }
      assertEquals(end.equals("q") ? 0 : 130, terminal.waitFor());
      assertEquals(
          Files.readString(Path.of(log + ".before")),
          Files.readString(Path.of(log + ".after")),
          "the terminal is as it was");
    }
  }
}
