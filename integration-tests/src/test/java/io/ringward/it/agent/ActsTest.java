/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Acts of real processes, from the kernel to the starter rules' incidents and to a listener. */
@TestInstance(Lifecycle.PER_CLASS)
final class ActsTest {
  private static @TempDir Path folder;
  private AgentProcess agent;

  @BeforeAll
  void open() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    agent = AgentProcess.start(folder);
  }

  @AfterAll
  void close() {
    if (agent != null) {
      agent.close();
    }
  }

  private static Process run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return process;
  }

  /** What an operator sees of one act, which is done again until he does. */
  private JsonNode seen(String where, String... command) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("events", "--json", "--count", "1", "--where", where));
    words.addAll(List.of("--runtime-directory", agent.socket().getParent().toString()));
    Process events = AgentProcess.beginAnywhere(words.toArray(String[]::new));
    while (events.isAlive()) {
      run(command);
      Thread.sleep(100);
    }
    String said = new String(events.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, events.waitFor(), said);
    return AgentProcess.parse(said);
  }

  @Test
  void aShellThatTalksToAConnectionIsReported() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Process shell =
          run(
              "bash",
              "-c",
              "exec 5<>/dev/tcp/127.0.0.1/" + server.getLocalPort() + "; exec <&5; exit 0");
      JsonNode incident =
          agent.awaitIncident(each ->
              each.path("rule")
                      .asText()
                      .equals("Connection becomes a standard stream of a shell or script")
                  && each.path("summary").asText().contains("pid=" + shell.pid()));
      assertTrue(
          incident.path("summary").asText().contains("peer=127.0.0.1:" + server.getLocalPort()),
          incident::toString);
    }
  }

  @Test
  void aChangeOfUserIsSeen() throws Exception {
    JsonNode event =
        seen(
            "evt.type = setuid and evt.arg.before = 0 and evt.arg.uid = 65534",
            "setpriv",
            "--reuid=65534",
            "true");
    assertEquals("setuid", event.get("event").asText());
    assertTrue(event.get("detail").asText().startsWith("0/0/0 -> 65534/65534/65534"));
    assertEquals(65534, event.get("uid").asLong());
  }

  @Test
  void aQuestionToANameServerIsSeenWhileSomebodyAsks() throws Exception {
    JsonNode event =
        seen(
            "evt.type = dns and dns.name = www.example.org and dns.type = TXT and fd.rport = 53",
            "bash",
            "-c",
            "printf '\\x12\\x34\\x01\\0\\0\\x01\\0\\0\\0\\0\\0\\0\\x03WWW\\x07example\\x03org\\0\\0\\x10\\0\\x01'"
                + " > /dev/udp/127.0.0.1/53");
    assertEquals("TXT www.example.org at 127.0.0.1:53", event.get("detail").asText());
    assertEquals("bash", event.get("name").asText());
  }
}
