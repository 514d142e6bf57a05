/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is asked to protect itself does so, or says that it cannot. */
final class ProtectedAgentTest {
  private @TempDir Path home;

  @Test
  void protectsItselfOrSaysThatItCannot() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    try (TestGroup group = TestGroup.make();
        AgentProcess agent =
            AgentProcess.start(
                home,
                "--mode",
                "enforce",
                "--cgroup",
                group.folder().toString(),
                "--no-starter-rules",
                "--protect-self")) {
      List<JsonNode> rows =
          agent
              .runWell("doctor", "--json")
              .lines()
              .map(AgentProcess::parse)
              .filter(row -> row.path("capability").asText().startsWith("protect_"))
              .toList();
      assertEquals(
          List.of("protect_maps", "protect_pins", "protect_process"),
          rows.stream().map(row -> row.get("capability").asText()).sorted().toList());
      if (rows.stream().anyMatch(row -> row.get("level").asText().equals("none"))) {
        assertTrue(
            agent.whatItSaid().contains("self-protection was asked for and is not in force"),
            agent::whatItSaid);
      } else {
        // A shell's child: neither an ancestor of the agent's nor started beside it.
        Process attacker =
            new ProcessBuilder("bash", "-c", "bash -c 'kill -9 " + agent.pid() + "'; exit $?")
                .redirectErrorStream(true)
                .start();
        String said = new String(attacker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertFalse(attacker.waitFor() == 0);
        assertTrue(said.contains("not permitted"), said);
        JsonNode told =
            agent.awaitIncident(each -> each.path("tags").toString().contains("attack_refused"));
        assertEquals("refused", told.get("outcome").asText());
      }
      assertEquals(0, agent.terminate(), agent::whatItSaid); // its parent may
    }
  }
}
