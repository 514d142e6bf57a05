/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringward.it.agent.AgentProcess;
import io.ringward.it.agent.Connecting;
import io.ringward.it.agent.Prober;
import io.ringward.it.agent.TestGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent in its container image, run by runc with the host's pid, network and cgroup namespaces:
 * it sees the host's processes, judges them and acts on them.
 */
final class ContainerTest {
  private static final long PATIENCE_SECONDS = 120;

  /** A parent's name is nothing that the kernel's tables know: it is judged by the loop. */
  private static final String RULES =
      """
      - rule: Forbidden from a container
        desc: A connection of a host's process to a port that the test forbids.
        condition: evt.type = connect and fd.rport = 1 and proc.pname exists
        output: "forbidden (program=%proc.exepath)"
        priority: WARNING
        action: block
        for: 1m
        operations: [connect]
      """;

  @Test
  void theImageSeesAndEnforcesOnProcessesOfTheHost(@TempDir Path home)
      throws IOException, InterruptedException {
    for (String tool : List.of("buildah", "runc")) {
      assumeTrue(isThere(tool), tool + " is missing: apt-get install " + tool);
    }
    Path shared = Files.createDirectory(home.resolve("shared"));
    Path bundle = Files.createDirectory(home.resolve("bundle"));
    Path rules = Files.writeString(shared.resolve("rules.yaml"), RULES);
    try (TestGroup group = TestGroup.make();
        Image image = Image.build(Files.createDirectory(home.resolve("images")))) {
      Bundle.write(
          bundle,
          image.root(),
          shared,
          List.of(
              "/usr/bin/ringward",
              "up",
              "--mode",
              "enforce",
              "--cgroup",
              group.folder().toString(),
              "--no-starter-rules",
              "--rules",
              rules.toString(),
              "--runtime-directory",
              shared.resolve("run").toString(),
              "--state-directory",
              shared.resolve("state").toString(),
              "--metrics-address",
              "127.0.0.1:0"));
      String id = "ringward-it-" + ProcessHandle.current().pid();
      Process container =
          new ProcessBuilder(
                  "runc",
                  "--root",
                  home.resolve("runc").toString(),
                  "run",
                  "-b",
                  bundle.toString(),
                  id)
              .start();
      BlockingQueue<String> said = new LinkedBlockingQueue<>();
      BlockingQueue<String> incidents = new LinkedBlockingQueue<>();
      Thread.ofPlatform().daemon().start(() -> copy(container.errorReader(), said));
      Thread.ofPlatform().daemon().start(() -> copy(container.inputReader(), incidents));
      try {
        await(container, said, "Learning what is usual");
        assertFalse(
            Files.isSameFile(
                Path.of(
                    "/proc/"
                        + container.toHandle().children().findFirst().orElseThrow().pid()
                        + "/ns/mnt"),
                Path.of("/proc/self/ns/mnt")),
            "it is in a mount namespace of its own");
        Connecting prober = Connecting.start(group);
        String first = prober.connect();
        assertTrue(first.contains(Prober.ALLOWED), first);
        String incident = await(container, incidents, "Forbidden from a container");
        assertTrue(incident.contains("/bash"), "named as the host has it: " + incident);
        String second = prober.connect();
        assertTrue(second.contains(Prober.BLOCKED), second);
        AgentProcess.Result released =
            AgentProcess.runAnywhere(
                "verdicts",
                "release",
                "--all",
                "--runtime-directory",
                shared.resolve("run").toString());
        assertEquals(0, released.exitCode(), released.toString());
        String third = prober.connect();
        assertTrue(third.contains(Prober.ALLOWED), third);
      } finally {
        int _ =
            new ProcessBuilder(
                    "runc", "--root", home.resolve("runc").toString(), "kill", id, "TERM")
                .start()
                .waitFor();
        if (!container.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          container.descendants().forEach(ProcessHandle::destroyForcibly);
          container.destroyForcibly();
        }
      }
    }
  }

  private static boolean isThere(String tool) {
    return List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin").stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  private static void copy(BufferedReader from, BlockingQueue<String> to) {
    from.lines().forEach(to::add);
  }

  private static String await(Process container, BlockingQueue<String> lines, String part)
      throws InterruptedException {
    StringBuilder all = new StringBuilder();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() - deadline < 0) {
      String line = lines.poll(100, TimeUnit.MILLISECONDS);
      if (line == null && !container.isAlive()) {
        break;
      }
      if (line != null) {
        all.append(line).append('\n');
        if (line.contains(part)) {
          return line;
        }
      }
    }
    throw new AssertionError("'" + part + "' was not said:\n" + all);
  }
}
