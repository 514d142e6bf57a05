/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the running agent shows to others on the machine, and to Prometheus. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExposureTest {
  private Path home;
  private TestGroup group;
  private AgentProcess agent;

  @BeforeAll
  void start(@TempDir Path home) throws IOException, InterruptedException {
    this.home = home;
    group = TestGroup.make();
    agent = AgentProcess.start(home, "--cgroup", group.folder().toString());
  }

  @AfterAll
  void stop() {
    if (agent != null) {
      agent.close();
    }
    if (group != null) {
      group.close();
    }
  }

  @Test
  void noOpenPortTakesCodeOrCommands() throws IOException, InterruptedException {
    List<InetSocketAddress> listening = ListeningSockets.of(agent.pid());
    assertTrue(
        listening.stream().anyMatch(at -> at.getPort() == agent.metricsPage().getPort()),
        "the metrics port is not among " + listening);
    for (InetSocketAddress at : listening) {
      refusesCode(at);
    }
  }

  /** Asks for what Flink's endpoints offer, and sends bytes that nobody should understand. */
  private static void refusesCode(InetSocketAddress at) throws IOException, InterruptedException {
    String base = "http://" + at.getAddress().getHostAddress() + ":" + at.getPort();
    byte[] jar =
        "PK\3\4 not a jar, and nobody should ever find out".getBytes(StandardCharsets.UTF_8);
    HttpClient http = HttpClient.newHttpClient();
    for (String path : List.of("/jars/upload", "/jobs", "/jars/x/run", "/v1/jars/upload")) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(base + path))
                  .timeout(java.time.Duration.ofSeconds(10))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(jar))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertTrue(
          answer.statusCode() >= 400, base + path + " answered " + answer.statusCode() + answer);
    }
    try (Socket socket = new Socket()) {
      socket.connect(at, 2000);
      socket.setSoTimeout(2000);
      socket.getOutputStream().write(new byte[] {0, 0, 0, 1, 'x', 0, 0, 0});
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        answer.write(socket.getInputStream().readNBytes(64));
      } catch (java.net.SocketTimeoutException e) {
        // Silence is a refusal too.
      }
      assertFalse(answer.toString(StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 2"));
    }
  }

  @Test
  void strangersCannotReachTheControlSocketOrTheState() throws IOException, InterruptedException {
    for (String folder : List.of("run", "state")) {
      String mode =
          PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(folder)));
      assertEquals("rwx------", mode, folder + " can be entered by strangers");
    }
    // The folder above is opened for the occasion, so that nothing else is in the way.
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Shell stranger =
        Shell.start(
            List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "ls",
                home.resolve("run").toString()))) {
      assertTrue(stranger.awaitExit(20) != 0, stranger.lines().toString());
    }
  }

  @Test
  void prometheusScrapesIt() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(home.resolve("prometheus"));
    Path configuration =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            global: {scrape_interval: 1s}
            scrape_configs:
              - job_name: ringward
                static_configs: [{targets: ["%s"]}]
            """
                .formatted(agent.metricsPage().getAuthority()));
    int port;
    try (java.net.ServerSocket free =
        new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (Shell prometheus =
        Shell.start(
            List.of(
                "prometheus",
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port))) {
      String answer = "";
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!answer.contains("\"observe_exec\"")) {
        assertTrue(System.nanoTime() < deadline, answer + prometheus.lines());
        Thread.sleep(500);
        try {
          answer =
              HttpClient.newHttpClient()
                  .send(
                      HttpRequest.newBuilder(
                              URI.create(
                                  "http://127.0.0.1:"
                                      + port
                                      + "/api/v1/query?query=ringward_capability_rung"))
                          .build(),
                      HttpResponse.BodyHandlers.ofString())
                  .body();
        } catch (IOException e) {
          answer = e.toString();
        }
      }
    }
  }
}
