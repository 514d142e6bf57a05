/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringward.agent.config.Mode;
import io.ringward.kernel.Incident;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts in Debian's own Alertmanager, a real process on loopback. */
final class AlertmanagerOutletTest {
  private static final Path PROGRAM = Path.of("/usr/bin/prometheus-alertmanager");
  private static final String CONFIGURATION =
      """
      route:
        receiver: nobody
      receivers:
        - name: nobody
      """;

  private @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;
  private URI base;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(PROGRAM),
        PROGRAM + " is missing: apt-get install prometheus-alertmanager");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    base = URI.create("http://127.0.0.1:" + port);
    process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "--config.file=" + Files.writeString(folder.resolve("am.yml"), CONFIGURATION),
                "--storage.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--cluster.listen-address=")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    for (int i = 0; i < 600; i++) {
      try {
        if (get("/-/ready").statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        assertTrue(process.isAlive(), Files.readString(folder.resolve("log")));
      }
      Thread.sleep(100);
    }
    throw new AssertionError("it does not answer: " + Files.readString(folder.resolve("log")));
  }

  @AfterEach
  void stop() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(20)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode alerts() throws IOException, InterruptedException {
    return new ObjectMapper().readTree(get("/api/v2/alerts").body());
  }

  private AlertmanagerOutlet outlet(Duration resend) {
    return new AlertmanagerOutlet(
        base,
        new HttpSender(Optional.empty(), Duration.ofSeconds(30), "ringward/test"),
        Mode.ENFORCE,
        Samples.CLOCK,
        "web-1",
        resend);
  }

  private static Incident over(Incident open) {
    return new Incident(
        open.id(),
        open.firstNanos(),
        open.lastNanos(),
        open.count(),
        open.finding(),
        Optional.empty(),
        "quiet",
        true);
  }

  @Test
  void anIncidentIsOneAlertThatUpdatesReplaceAndItsEndResolves() throws Exception {
    try (AlertmanagerOutlet outlet = outlet(Duration.ofHours(1))) {
      String answer = outlet.write(Samples.incident("i-1", 1, "throttle for 1 min"));
      assertTrue(answer.startsWith("HTTP 200"), answer);
      JsonNode alert = alerts().path(0);
      JsonNode labels = alert.path("labels");
      assertEquals("burst", labels.path("alertname").asText());
      assertEquals("warning", labels.path("severity").asText());
      assertEquals("web-1", labels.path("instance").asText());
      assertEquals("i-1", labels.path("incident").asText());
      assertEquals("/tmp/scan", labels.path("program").asText());
      assertEquals("connect scan \"fast\"", alert.path("annotations").path("summary").asText());
      assertEquals(
          "ringward verdicts release abc", alert.path("annotations").path("release").asText());
      assertTrue(Instant.parse(alert.path("endsAt").asText()).isAfter(Instant.now()));

      outlet.write(Samples.incident("i-1", 9, "block for 5 min"));
      outlet.write(Samples.incident("i-2", 1, "alert only"));
      assertEquals(2, alerts().size(), "the update of the first replaces it");
      JsonNode updated = find("i-1");
      assertEquals("9", updated.path("annotations").path("count").asText());
      assertEquals("block for 5 min", updated.path("annotations").path("outcome").asText());

      outlet.write(over(Samples.incident("i-1", 9, "")));
      assertEquals(1, alerts().size(), "resolved");
      assertEquals("i-2", alerts().path(0).path("labels").path("incident").asText());
    }
  }

  @Test
  void alertsAreKeptAliveByBeingSentAgain() throws Exception {
    try (AlertmanagerOutlet outlet = outlet(Duration.ZERO)) {
      outlet.write(Samples.incident("i-1", 1, ""));
      String first = find("i-1").path("endsAt").asText();
      outlet.idle();
      assertNotEquals(first, find("i-1").path("endsAt").asText());
      outlet.write(over(Samples.incident("i-1", 1, "")));
      outlet.idle();
      assertEquals(0, alerts().size(), "what is over is not sent again");
    }
  }

  private JsonNode find(String id) throws IOException, InterruptedException {
    for (JsonNode alert : alerts()) {
      if (alert.path("labels").path("incident").asText().equals(id)) {
        return alert;
      }
    }
    throw new AssertionError("no alert of " + id + ": " + alerts());
  }
}
