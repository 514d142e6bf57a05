/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is done to files, from the kernel to incidents, and refused where the kernel has hooks for
 * it. The files are the test's own, and what is refused is refused in its own control group alone.
 */
final class FilesTest {
  private static final String RULES =
      """
      - rule: Watched file written
        desc: A file of the test's is opened for writing.
        condition: evt.type = open and evt.is_open_write = true and fd.name = %1$s/watched
        output: "%%proc.name writes %%fd.name"
        priority: NOTICE
      - rule: Kept file removed
        desc: A file of the test's is to stay.
        condition: evt.type = unlink and fd.name = %1$s/kept and proc.name = rm
        output: "%%proc.name removes %%fd.name"
        priority: NOTICE
        action: block
        for: 1s
      - rule: Forbidden tool
        desc: A program of the test's is not to be started.
        condition: evt.type = execve and proc.exepath = %1$s/tool
        output: "%%proc.name at %%proc.exepath"
        priority: NOTICE
        action: block
        for: 1s
        operations: [exec]
      """;

  /** 128 + SIGKILL: what a shell says of a program that was ended. */
  private static final int KILLED = 137;

  private @TempDir Path home;

  private static int run(TestGroup group, String script) throws Exception {
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "echo $$ > \"$1\"/cgroup.procs; " + script,
                "it",
                group.folder().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    assertTrue(status == 0 || status == KILLED || said.contains("not permitted"), said);
    return status;
  }

  @Test
  void aWriteIsToldAndARemovalAndAnExecAreRefusedWhereTheKernelCan() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    Path folder = Files.createDirectory(home.toRealPath().resolve("files"));
    Path watched = Files.writeString(folder.resolve("watched"), "x");
    Path kept = Files.writeString(folder.resolve("kept"), "x");
    Files.copy(Path.of("/bin/true"), folder.resolve("tool"));
    Path rules = Files.writeString(home.resolve("rules.yaml"), RULES.formatted(folder));
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
                rules.toString())) {
      assertEquals(0, run(group, "cat " + watched + "; echo y >> " + watched));
      JsonNode written =
          agent.awaitIncident(each -> each.path("rule").asText().equals("Watched file written"));
      assertEquals("bash writes " + watched, written.get("summary").asText());
      assertEquals(1, written.get("count").asInt(), "to read it is no matter");

      JsonNode rule =
          agent
              .runWell("rules", "list", "--json")
              .lines()
              .map(AgentProcess::parse)
              .filter(row -> row.get("name").asText().equals("Kept file removed"))
              .findFirst()
              .orElseThrow();
      boolean refuses = rule.get("decided").asText().equals("kernel");
      if (!refuses) {
        String reason = rule.get("reason").asText();
        assertTrue(reason.contains("no hook of this kernel can refuse unlink"), reason);
      }
      assertEquals(refuses ? 1 : 0, run(group, "rm " + kept));
      assertEquals(refuses, Files.exists(kept));
      JsonNode removed =
          agent.awaitIncident(each -> each.path("rule").asText().equals("Kept file removed"));
      assertEquals("rm removes " + kept, removed.get("summary").asText());

      // By a hook, of which no exec follows, or by a signal when it is there already.
      assertTrue(run(group, folder + "/tool; exit $?") != 0);
      JsonNode forbidden =
          agent.awaitIncident(each -> each.path("rule").asText().equals("Forbidden tool"));
      assertEquals("tool at " + folder + "/tool", forbidden.get("summary").asText());
    }
  }
}
