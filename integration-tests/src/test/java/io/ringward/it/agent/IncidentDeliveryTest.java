/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ringward.it.agent.AgentProcess.Result;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Incidents of a running agent, at receivers on loopback: a webhook, Debian's Alertmanager, syslog
 * and a file in Falco's form.
 */
final class IncidentDeliveryTest {
  private static final Path ALERTMANAGER = Path.of("/usr/bin/prometheus-alertmanager");
  private static final String RULE =
      """
      - rule: Delivered program
        desc: A program with the mark in its arguments was started.
        condition: evt.type = execve and proc.args contains ringward-it-delivered
        output: "%proc.name was started with the mark"
        priority: ERROR
        tags: [T1059]
      """;
  private static final String ALERTMANAGER_CONFIGURATION =
      """
      route:
        receiver: nobody
      receivers:
        - name: nobody
      """;

  private @TempDir Path folder;
  private final AtomicInteger status = new AtomicInteger(503);
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final List<String> signatures = new CopyOnWriteArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private HttpServer webhook;
  private Process alertmanager;
  private AgentProcess agent;

  @AfterEach
  void close() throws Exception {
    if (agent != null) {
      agent.close();
    }
    if (alertmanager != null) {
      alertmanager.destroyForcibly().waitFor();
    }
    if (webhook != null) {
      webhook.stop(0);
    }
  }

  private void hook(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (status.get() == 200) {
      bodies.add(body);
      signatures.add(
          exchange.getRequestHeaders().getFirst("X-Ringward-Timestamp")
              + " "
              + exchange.getRequestHeaders().getFirst("X-Ringward-Signature"));
    }
    exchange.sendResponseHeaders(status.get(), -1);
    exchange.close();
  }

  private URI startAlertmanager() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(ALERTMANAGER),
        ALERTMANAGER + " is missing: apt-get install prometheus-alertmanager");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path configuration =
        Files.writeString(folder.resolve("alertmanager.yml"), ALERTMANAGER_CONFIGURATION);
    alertmanager =
        new ProcessBuilder(
                ALERTMANAGER.toString(),
                "--config.file=" + configuration,
                "--storage.path=" + folder.resolve("alertmanager"),
                "--web.listen-address=127.0.0.1:" + port,
                "--cluster.listen-address=")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("alertmanager.log").toFile())
            .start();
    return URI.create("http://127.0.0.1:" + port);
  }

  private String alerts(URI base) {
    try {
      return http.send(
              HttpRequest.newBuilder(base.resolve("/api/v2/alerts")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return ""; // It is not up yet.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyReceiverGetsIncidentsAndOneThatFailsHoldsUpNothing() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "eBPF needs root");
    URI alertmanagerBase = startAlertmanager();
    webhook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    webhook.createContext("/", this::hook);
    webhook.start();
    Path secret = Files.writeString(folder.resolve("secret"), "it is a secret\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path rules = Files.writeString(folder.resolve("rules.yaml"), RULE);
    Path file = folder.resolve("incidents.jsonl");
    try (DatagramSocket syslog =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      syslog.setSoTimeout((int) (AgentProcess.PATIENCE_SECONDS * 1000));
      agent =
          AgentProcess.start(
              folder,
              "--no-starter-rules",
              "--rules",
              rules.toString(),
              "--incidents-file",
              file.toString(),
              "--incidents-file-format",
              "falco",
              "--incidents-webhook",
              "http://127.0.0.1:" + webhook.getAddress().getPort() + "/token",
              "--incidents-webhook-secret-file",
              secret.toString(),
              "--incidents-alertmanager",
              alertmanagerBase.toString(),
              "--incidents-syslog",
              "udp://127.0.0.1:" + syslog.getLocalPort());
      new ProcessBuilder("/bin/true", "ringward-it-delivered", "--password=hunter2")
          .start()
          .waitFor();

      agent.awaitIncident(one -> one.path("rule").asText().equals("Delivered program"));
      agent.await(
          "the alert at the Alertmanager",
          () -> alerts(alertmanagerBase).contains("Delivered program"));
      DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
      syslog.receive(packet);
      String message = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
      assertTrue(
          message.matches("(?s)<83>1 .* ringward .*true was started with the mark.*"), message);
      JsonNode falco = AgentProcess.parse(Files.readAllLines(file).getFirst());
      assertEquals("Error", falco.path("priority").asText());
      assertEquals("syscall", falco.path("source").asText());
      assertTrue(
          falco.path("output_fields").path("proc.cmdline").asText().contains("hunter2"),
          "what stays on the host is whole");

      agent.await(
          "another try at the webhook",
          () ->
              agent
                  .metric("ringward_incident_retries_total{outlet=\"webhook\",}")
                  .filter(count -> count >= 1)
                  .isPresent());
      Result failing = agent.run("incidents", "test");
      assertEquals(1, failing.exitCode(), failing::toString);
      assertTrue(
          failing.out().contains("failed  webhook (http://127.0.0.1:")
              && failing.out().contains("HTTP 503"),
          failing::toString);
      assertTrue(failing.out().contains("ok      alertmanager"), failing::toString);
      String doctor = agent.runWell("doctor");
      assertTrue(doctor.contains("HTTP 503"), doctor);

      status.set(200);
      agent.await("the webhook's delivery", () -> !bodies.isEmpty());
      JsonNode posted = AgentProcess.parse(bodies.getFirst());
      assertEquals("Delivered program", posted.path("rule").asText());
      assertTrue(
          bodies.getFirst().contains("[redacted]") && !bodies.getFirst().contains("hunter2"),
          bodies.getFirst());
      String[] signed = signatures.getFirst().split(" ");
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec("it is a secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((signed[0] + ".").getBytes(StandardCharsets.UTF_8));
      byte[] expected = mac.doFinal(bodies.getFirst().getBytes(StandardCharsets.UTF_8));
      assertEquals("v1=" + HexFormat.of().formatHex(expected), signed[1]);
      Result well = agent.run("incidents", "test");
      assertEquals(0, well.exitCode(), well::toString);
      agent.await(
          "the test at the Alertmanager", () -> alerts(alertmanagerBase).contains("ringward-test"));
    }
  }
}
