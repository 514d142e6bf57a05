/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A rule about an act that blocks it: seen once, it is refused from then on, or ends the process
 * where no hook of this kernel can refuse it.
 */
final class RefusedActsTest {
  private static final String RULES =
      """
      - rule: Tracer at work
        desc: A program of the test's traces another.
        condition: evt.type = ptrace and proc.name = perl
        output: "%proc.name traces"
        priority: WARNING
        action: block
        for: 5m
      """;

  /** Attaches to a child of its own and lets it go again, once for each line that it reads. */
  private static final String TRACER =
      """
      $| = 1;
      my $child = fork();
      if (!$child) { sleep 300; exit 0 }
      print "ready\\n";
      while (<STDIN>) {
        my $result = syscall(NUMBER, 16, $child, 0, 0);
        if ($result == 0) { waitpid($child, 2); syscall(NUMBER, 17, $child, 0, 0); print "traced\\n" }
        else { print "error ", $! + 0, "\\n" }
      }
      """;

  private static final int EPERM = 1;
  private static final int KILLED = 137;
  private static final int LONGEST_SECONDS = 60;

  private @TempDir Path home;

  private static String tracer() {
    String number = System.getProperty("os.arch").equals("aarch64") ? "117" : "101";
    return TRACER.replace("NUMBER", number);
  }

  private static String rung(AgentProcess agent) {
    return agent
        .runWell("doctor", "--json")
        .lines()
        .map(AgentProcess::parse)
        .filter(row -> row.path("capability").asText().equals("block_ptrace"))
        .map(row -> row.path("rung").asText())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whoTracesIsStoppedFromTracingAgain() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/perl")), "there is no perl that could trace");
    Path rules = Files.writeString(home.resolve("rules.yaml"), RULES);
    Path program = Files.writeString(home.resolve("tracer.pl"), tracer());
    try (TestGroup group = TestGroup.make();
        AgentProcess agent =
            AgentProcess.start(
                home,
                "--mode",
                "enforce",
                "--cgroup",
                group.folder().toString(),
                "--no-starter-rules",
                "--rules",
                rules.toString());
        Shell tracing = Shell.in(group, "exec perl " + program)) {
      String rung = rung(agent);
      Assumptions.assumeTrue(!rung.equals("none"), "nothing on this kernel can block ptrace");
      tracing.await("ready"::equals, LONGEST_SECONDS);
      tracing.tell("go");
      assertEquals("traced", tracing.await(1, line -> true, LONGEST_SECONDS));

      JsonNode incident =
          agent.awaitIncident(each ->
              each.path("rule").asText().equals("Tracer at work")
                  && each.at("/verdict/action").asText().equals("block"));
      assertEquals("perl traces", incident.path("summary").asText());
      assertEquals(1, incident.at("/verdict/operations").size(), incident::toString);
      assertEquals("ptrace", incident.at("/verdict/operations/0").asText());
      // The incident is told after the verdict is in the map.
      int before = tracing.lines().size();
      tracing.tell("go");
      if (rung.equals("signal")) {
        assertEquals(KILLED, tracing.awaitExit(LONGEST_SECONDS));
        assertEquals(before, tracing.lines().size(), "it has seen no result");
      } else {
        assertEquals("error " + EPERM, tracing.await(before, line -> true, LONGEST_SECONDS));
        assertTrue(tracing.isAlive());
      }
      agent.await(
          "the hit to be counted",
          () ->
              agent
                  .metric(
                      "ringward_enforcements_total{action=\"block\",hook=\"intrusion\",mode=\"enforce\",}")
                  .equals(Optional.of(1.0)));
    }
  }
}
