/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.it.agent.AgentProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the agent comes up, goes down, is killed, and comes up again. */
final class AgentLifeTest {
  private @TempDir Path folder;

  @BeforeAll
  static void needRoot() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
  }

  @Test
  void shadowRefusesNothingAndSaysWhatItWould() {
    try (TestGroup group = TestGroup.make();
        AgentProcess agent = AgentProcess.start(folder, "--cgroup", group.folder().toString());
        Prober prober = group.prober()) {
      assertTrue(agent.whatItSaid().contains("shadow: everything is computed"), agent::whatItSaid);
      JsonNode row = add(agent, prober, "block");
      assertTrue(row.get("outcome").asText().contains("shadow mode"), row::toString);
      agent.await(
          "count of what would have been refused",
          () -> {
            assertEquals(Prober.ALLOWED, prober.connect());
            return row(agent).get("hits").asInt() > 0;
          });
      JsonNode listed = row(agent);
      assertTrue(listed.get("shadow").asBoolean());

      assertEquals("rwx------", permissions(agent.stateDirectory()));
      assertEquals("rw-------", permissions(agent.socket()));
      assertEquals(0, agent.terminate(), agent::whatItSaid);
      assertTrue(agent.whatItSaid().contains("nothing is enforced"), agent::whatItSaid);
      assertFalse(Files.exists(agent.socket()), "the socket is gone");
      Result after = agent.run("verdicts", "list");
      assertEquals(4, after.exitCode(), after::toString);
    }
  }

  @Test
  void afterSigkillNothingIsEnforcedAndARestartGoesOn() {
    try (TestGroup group = TestGroup.make();
        Prober prober = group.prober()) {
      String[] flags = {"--mode", "enforce", "--cgroup", group.folder().toString()};
      String id;
      try (AgentProcess agent = AgentProcess.start(folder, flags)) {
        id = add(agent, prober, "block").get("id").asText();
        prober.awaitAnswer(Prober.BLOCKED);
        double saved = agent.metric("ringward_flink_checkpoints_total").orElse(0.0);
        agent.await(
            "checkpoint with the verdict",
            () -> agent.metric("ringward_flink_checkpoints_total").orElse(0.0) > saved);
        agent.kill();
      }
      assertEquals(Prober.ALLOWED, prober.connect(), "nothing is enforced without the agent");
      try (AgentProcess agent = AgentProcess.start(folder, flags)) {
        agent.await(
            "the verdict in force again",
            () -> agent.runWell("verdicts", "list", "--json").contains("\"" + id + "\""));
        prober.awaitAnswer(Prober.BLOCKED);
        agent.runWell("verdicts", "release", "--all");
        assertEquals(Prober.ALLOWED, prober.connect());
        assertEquals(0, agent.terminate(), agent::whatItSaid);
      }
    }
  }

  @Test
  void timeLimitEndsItInOrder() {
    try (AgentProcess agent = AgentProcess.begin(folder, "--for", "1s")) {
      assertEquals(0, agent.awaitEnd(), agent::whatItSaid);
      assertTrue(agent.whatItSaid().contains("its time is up"), agent::whatItSaid);
    }
  }

  @Test
  void secondInterruptEndsItAtOnce() {
    try (AgentProcess agent = AgentProcess.begin(folder)) {
      agent.awaitSaid("starts: kernel programs");
      agent.signal("INT");
      agent.awaitSaid("stopping (Ctrl-C)");
      agent.signal("INT");
      assertEquals(128 + 2, agent.awaitEnd(), agent::whatItSaid);
    }
    try (AgentProcess agent = AgentProcess.begin(folder)) {
      agent.awaitSaid("starts: kernel programs");
      agent.signal("INT");
      assertEquals(0, agent.awaitEnd(), "one interrupt is an orderly end, also of a start");
    }
  }

  @Test
  void badConfigurationIsSaidBeforeAnythingIsTouched() throws Exception {
    Path configuration = Files.writeString(folder.resolve("c.yaml"), "mode: enforced\nrule: 1\n");
    try (AgentProcess agent = AgentProcess.begin(folder, "--config", configuration.toString())) {
      assertEquals(2, agent.awaitEnd(), agent::whatItSaid);
      assertEquals(
          List.of(
              "ringward: the configuration cannot be used:",
              configuration + ":1:7: 'mode': 'enforced' is not one of shadow, enforce",
              configuration + ":2:1: there is no setting 'rule': did you mean 'rules'?"),
          agent.whatItSaid().lines().toList());
    }
    assertFalse(Files.exists(folder.resolve("run")));
    assertFalse(Files.exists(folder.resolve("state")));
  }

  @Test
  void doctorWithoutAnAgentLeavesNothing() {
    Result doctor =
        AgentProcess.runAnywhere(
            "doctor", "--runtime-directory", folder.resolve("alone").toString());
    assertEquals(0, doctor.exitCode(), doctor::toString);
    assertTrue(doctor.out().contains("not guarded"), doctor::toString);
    assertTrue(doctor.out().contains("observe_exec"), doctor::toString);
    assertEquals("", doctor.err());
  }

  private static JsonNode add(AgentProcess agent, Prober prober, String action) {
    return AgentProcess.parse(
        agent.runWell(
            "verdicts",
            "add",
            "--json",
            "--process",
            Long.toString(prober.pid()),
            "--action",
            action,
            // Not of exec: where only a signal blocks that, the prober's children would be lost.
            "--operations",
            "connect"));
  }

  private static JsonNode row(AgentProcess agent) {
    return AgentProcess.parse(
        agent.runWell("verdicts", "list", "--json").lines().findFirst().orElseThrow());
  }

  private static String permissions(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
