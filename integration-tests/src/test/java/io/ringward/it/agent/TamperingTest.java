/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is root detaches a hook of the running agent, and stops it: it is put right and told. */
final class TamperingTest {
  private static final String INCIDENT = "Ringward tampered with";

  @Test
  void aDetachedHookAndAStopAreToldAndPutRight(@TempDir Path home) throws Exception {
    try (TestGroup group = TestGroup.make();
        AgentProcess agent =
            AgentProcess.start(home, "--mode", "enforce", "--cgroup", group.folder().toString());
        Connecting subject = Connecting.start(group)) {
      agent.runWell(
          "verdicts", "add", "--process", "" + subject.pid(), "--action", "block", "--for", "5m");
      assertTrue(subject.connect().contains(Connecting.BLOCKED));

      long cgroup = (long) Files.getAttribute(group.folder(), "unix:ino");
      String link = linkOf("network_connect4", cgroup).orElseThrow();
      bpftool("link", "detach", "id", link);
      JsonNode detached = awaitTold(agent, "hook_detached");
      assertEquals("put back as it was", detached.get("outcome").asText());
      assertTrue(subject.connect().contains(Connecting.BLOCKED));

      agent.signal("STOP");
      Thread.sleep(6_000); // The kernel waits three seconds for the heartbeat.
      String meanwhile = subject.connect();
      agent.signal("CONT");
      assertTrue(meanwhile.contains(Connecting.REFUSED_BY_PEER), meanwhile);
      awaitTold(agent, "agent_stopped");
      assertTrue(subject.connect().contains(Connecting.BLOCKED));
      assertEquals(
          Optional.of(1.0), agent.metric("ringward_tamperings_total{kind=\"agent_stopped\",}"));
    }
  }

  private static JsonNode awaitTold(AgentProcess agent, String kind)
      throws IOException, InterruptedException {
    return agent.awaitIncident(json ->
        json.path("rule").asText().equals(INCIDENT) && json.path("tags").toString().contains(kind));
  }

  private static Optional<String> linkOf(String program, long cgroup)
      throws IOException, InterruptedException {
    ObjectMapper json = new ObjectMapper();
    for (JsonNode link : json.readTree(bpftool("-j", "link", "show"))) {
      if (link.path("cgroup_id").asLong() == cgroup) {
        String shown = bpftool("-j", "prog", "show", "id", link.get("prog_id").asText());
        String name = json.readTree(shown).path("name").asText();
        if (name.equals(program)) {
          return Optional.of(link.get("id").asText());
        }
      }
    }
    return Optional.empty();
  }

  private static String bpftool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bpftool"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + out);
    return out;
  }
}
