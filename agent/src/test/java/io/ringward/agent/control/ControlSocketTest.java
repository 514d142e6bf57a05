/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.kernel.Feedback;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ControlSocketTest {
  private static final String NOBODY = "65534";

  private final RecordingService service = new RecordingService();
  private @TempDir Path folder;
  private Path directory;
  private ControlServer server;

  @BeforeEach
  void open() throws Exception {
    directory = folder.resolve("run");
    server = new ControlServer(directory, service, Duration.ofSeconds(60));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void everyRequestIsAnswered() throws Exception {
    assumeRoot();
    try (ControlClient client = ControlClient.connect(directory)) {
      assertEquals(service.status(), client.status());
      assertEquals(service.capabilities(), client.capabilities());
      assertEquals(List.of(), client.verdicts());
      VerdictRequest request =
          new VerdictRequest("7", "", "throttle", List.of("connect"), "10/s", 5, "why");
      assertEquals("in force on 1 process", client.add(request).outcome());
      assertTrue(service.calls.contains(request.toString()));
      assertEquals(List.of(RecordingService.row("abc", "")), client.verdicts());
      assertEquals("released", client.release("abc", Feedback.CONFIRMED).outcome());
      assertEquals("release abc confirmed", service.calls.getLast());
      assertEquals(List.of(), client.releaseAll(Feedback.NONE));
      assertEquals(service.decisions(), client.decisions());
      assertEquals(service.outlets(), client.outlets());
      assertEquals("written", client.testIncidents().getFirst().answer());
      assertEquals("'a rule' is armed again.", client.rearm("a rule"));
      assertEquals("4 rules in force", client.reloadRules());
    }
  }

  @Test
  void eventsStreamUntilTheListenerGoes() throws Exception {
    assumeRoot();
    try (ControlClient client = ControlClient.connect(directory)) {
      client.listen("proc.name = x");
      assertEquals(List.of(RecordingService.event(1)), client.nextEvents().events());
      EventBatch second = client.nextEvents();
      assertEquals(List.of(RecordingService.event(2)), second.events());
      assertEquals(120, second.missed());
    }
    for (int i = 0; i < 500 && !service.calls.contains("events end"); i++) {
      Thread.sleep(20);
    }
    assertEquals(List.of("events proc.name = x", "events end"), service.calls);
    try (ControlClient client = ControlClient.connect(directory)) {
      assertRefused(Code.BAD_REQUEST, "condition:1:1: it is wrong", () -> client.listen("wrong"));
    }
  }

  @Test
  void listenersHearWhenTheAgentStops() throws Exception {
    assumeRoot();
    try (ControlClient client = ControlClient.connect(directory)) {
      client.listen("");
      server.close();
      assertRefused(
          Code.FAILED,
          "the agent hung up: it has stopped, or was too busy",
          () -> {
            while (true) {
              client.nextEvents();
            }
          });
    }
  }

  @Test
  void refusalsCarryTheirReasonAndTheConnectionGoesOn() throws Exception {
    assumeRoot();
    try (ControlClient client = ControlClient.connect(directory)) {
      VerdictRequest init = new VerdictRequest("1", "", "block", List.of(), "", 5, "");
      assertRefused(Code.PROTECTED, "init is protected", () -> client.add(init));
      assertRefused(
          Code.NOT_FOUND, "no verdict has the id xyz", () -> client.release("xyz", Feedback.NONE));
      assertRefused(
          Code.FAILED,
          "the agent could not do it: java.lang.IllegalStateException: boom",
          () -> client.release("boom", Feedback.NONE));
      assertEquals("4 rules in force", client.reloadRules());
    }
  }

  @Test
  void nonsenseIsRefusedAndTheServerGoesOn() throws Exception {
    assumeRoot();
    assertTrue(raw("{\"version\":2,\"command\":\"status\"}\n").contains("of version 2"));
    assertTrue(raw("{\"version\":1,\"command\":\"shell\"}\n").contains("no command 'shell'"));
    assertTrue(raw("nonsense\n").contains("this is not JSON"));
    assertTrue(raw("[]\n").contains("bad_request"));
    assertTrue(raw("{\"version\":1,\"command\":\"verdicts.add\"}\n").contains("\"ok\":false"));
    assertTrue(
        raw("{\"version\":1,\"command\":\"verdicts.add\",\"arguments\":{\"extra\":1}}\n")
            .contains("arguments are not understood"));
    assertTrue(raw("[".repeat(1000) + "\n").contains("this is not JSON"));
    assertTrue(raw("x".repeat(64 * 1024 + 1)).contains("a line may have 65536 bytes"));
    assertTrue(raw("{\"version\":1,\"command\":\"status\"}\n").contains("\"ok\":true"));
  }

  @Test
  void tooManyAtOnceAreToldSo() throws Exception {
    assumeRoot();
    List<ControlClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        ControlClient client = ControlClient.connect(directory);
        clients.add(client);
        assertEquals("4 rules in force", client.reloadRules());
      }
      ControlClient ninth = ControlClient.connect(directory);
      clients.add(ninth);
      assertRefused(Code.BUSY, "too many are asking at once: try again", ninth::reloadRules);
    } finally {
      clients.forEach(ControlClient::close);
    }
  }

  @Test
  void whoIsSilentIsHungUpOn() throws Exception {
    assumeRoot();
    Path other = folder.resolve("impatient");
    try (ControlServer impatient = new ControlServer(other, service, Duration.ofMillis(50));
        SocketChannel channel =
            SocketChannel.open(UnixDomainSocketAddress.of(impatient.socket()))) {
      assertEquals(-1, channel.read(ByteBuffer.allocate(1)), "the server closes");
    }
  }

  @Test
  void onlyRootMayOpenTheSocket() throws Exception {
    assumeRoot();
    assertEquals("rwx------", permissions(directory));
    assertEquals("rw-------", permissions(server.socket()));
    assertTrue(probe().startsWith("could not connect: Permission denied"), "file modes refuse");

    // Without the modes, as if somebody had widened them, the peer's credentials still refuse.
    for (Path path = directory; !path.equals(folder.getParent()); path = path.getParent()) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.setPosixFilePermissions(server.socket(), PosixFilePermissions.fromString("rwxrwxrwx"));
    String answer = probe();
    JsonNode read = Wire.JSON.readTree(answer);
    assertFalse(read.get("ok").asBoolean(), answer);
    assertEquals("not_permitted", read.get("error").get("code").asText());
    assertFalse(service.calls.contains("release_all"));
  }

  @Test
  void deadAgentsSocketIsReplacedAndClosingRemovesIt() throws Exception {
    Path stale = folder.resolve("stale");
    PrivateDirectory.prepare(stale);
    Files.createFile(stale.resolve("control.sock"));
    ControlServer fresh = new ControlServer(stale, service, Duration.ofSeconds(60));
    fresh.close();
    assertFalse(Files.exists(stale.resolve("control.sock")));
  }

  @Test
  void withoutAnAgentItIsSaidSo() throws Exception {
    Path nowhere = folder.resolve("nowhere");
    assertRefused(
        Code.NO_AGENT,
        "no agent answers at "
            + nowhere.resolve("control.sock")
            + ": start one with 'ringward up', or name its folder by --runtime-directory",
        () -> ControlClient.connect(nowhere));
    Path dead = folder.resolve("dead");
    PrivateDirectory.prepare(dead);
    Files.createFile(dead.resolve("control.sock"));
    assertThrows(ControlException.class, () -> ControlClient.connect(dead));
  }

  @Test
  void foreignFoldersAndLinksAreNotTaken() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThrows(java.io.IOException.class, () -> PrivateDirectory.prepare(file));
    Path link = Files.createSymbolicLink(folder.resolve("link"), directory);
    assertThrows(java.io.IOException.class, () -> PrivateDirectory.prepare(link));
    assumeRoot();
    Path foreign = Files.createDirectory(folder.resolve("foreign"));
    Files.setAttribute(foreign, "unix:uid", 65534);
    assertThrows(java.io.IOException.class, () -> PrivateDirectory.prepare(foreign));
  }

  private interface Call {
    void run() throws ControlException;
  }

  private static void assertRefused(Code code, String message, Call call) {
    ControlException refusal = assertThrows(ControlException.class, call::run);
    assertEquals(message, refusal.getMessage());
    assertEquals(code, refusal.code());
  }

  private String raw(String request) throws Exception {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(server.socket()))) {
      ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      JsonNode answer = new Wire(channel, 1 << 20).read();
      return answer.toString();
    }
  }

  /** Runs the probe as nobody, from a class file that nobody may read. */
  private String probe() throws Exception {
    Path setpriv = Path.of("/usr/bin/setpriv");
    Assumptions.assumeTrue(Files.isExecutable(setpriv), "setpriv (util-linux) is not installed");
    Path classes = Files.createTempDirectory("ringward-probe");
    try {
      Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rwxr-xr-x"));
      String name = StrangerProbe.class.getName();
      Path classFile = classes.resolve(name.replace('.', '/') + ".class");
      Files.createDirectories(classFile.getParent());
      try (InputStream in = StrangerProbe.class.getResourceAsStream("StrangerProbe.class")) {
        Files.copy(in, classFile);
      }
      Process probe =
          new ProcessBuilder(
                  setpriv.toString(),
                  "--reuid=" + NOBODY,
                  "--regid=" + NOBODY,
                  "--clear-groups",
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xshare:auto",
                  "-cp",
                  classes.toString(),
                  name,
                  server.socket().toString())
              .directory(classes.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, probe.waitFor(), said);
      return said.strip();
    } finally {
      try (var paths = Files.walk(classes)) {
        for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static void assumeRoot() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "the control socket answers root alone: run the tests as root");
  }

  private static String permissions(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void endOfConversationIsNoRequest() throws Exception {
    assumeRoot();
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(server.socket()))) {
      channel.shutdownOutput();
      assertNull(new Wire(channel, 100).read());
    }
  }
}
