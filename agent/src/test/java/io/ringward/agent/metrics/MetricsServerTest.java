/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as strangers, promtool and a Prometheus server see it. */
final class MetricsServerTest {
  private static final List<String> PROMISED =
      List.of(
          "ringward_events_produced_total{hook=\"connect4\",} 100.0",
          "ringward_events_delivered_total{hook=\"exec\",} 90.0",
          "ringward_events_dropped_total{hook=\"exec\",cause=\"ring_full\",} 1.0",
          "ringward_events_dropped_total{hook=\"exec\",cause=\"quota\",} 2.0",
          "ringward_events_in_flight{hook=\"exec\",} 4.0",
          "ringward_kernel_recursion_misses_total{hook=\"schedule\",} 5.0",
          "ringward_sensor_runs_total{sensor=\"mmap\",} 9.0",
          "ringward_sensor_filtered_total{sensor=\"mmap\",} 7.0",
          "ringward_map_failures_total{hook=\"fork\",map=\"account\",} 4.0",
          "ringward_findings_total{source=\"rule\",detector=\"a rule\",} 1.0",
          "ringward_verdicts_total{action=\"block\",mode=\"enforce\",} 1.0",
          "ringward_verdict_outcomes_total{outcome=\"subject_gone\",} 1.0",
          "ringward_verdict_outcomes_total{outcome=\"protected\",} 1.0",
          "ringward_verdict_outcomes_total{outcome=\"refused\",} 1.0",
          "ringward_verdict_releases_total 1.0",
          "ringward_enforcements_total{action=\"block\",hook=\"connect4\",mode=\"enforce\",} 12.0",
          "ringward_verdicts_in_force{action=\"block\",} 1.0",
          "ringward_verdict_latency_seconds_bucket{le=\"1.0E-4\",} 0.0",
          "ringward_verdict_latency_seconds_bucket{le=\"1.5E-4\",} 1.0",
          "ringward_loop_delay_seconds_count 1.0",
          "ringward_heartbeat_age_seconds 0.0",
          "ringward_models 3.0",
          "ringward_samples_skipped_total 1.0",
          "ringward_model_oldest_age_seconds 60.0",
          "ringward_incidents_total{severity=\"Notice\",} 1.0",
          "ringward_incidents_emitted_total{outlet=\"stdout\",} 0.0",
          "ringward_incidents_dropped_total{outlet=\"stdout\",cause=\"queue_full\",} 0.0",
          "ringward_run_queue_latency_seconds_bucket{cgroup=\"/group-1\",le=\"1.024E-6\",} 0.0",
          "ringward_run_queue_latency_seconds_bucket{cgroup=\"/group-1\",le=\"4.096E-6\",} 10.0",
          "ringward_run_queue_latency_seconds_count{cgroup=\"/group-1\",} 10.0",
          "ringward_capability_rung{capability=\"connect\",rung=\"cgroup\",} 1.0",
          "ringward_mode_info{mode=\"enforce\",} 1.0",
          "ringward_flink_source_lag_bytes 64.0",
          "ringward_flink_restarts_total 1.0",
          "ringward_checkpoint_age_seconds 1.5",
          "ringward_checkpoint_size_bytes 4096.0",
          "jvm_threads_current",
          "process_resident_memory_bytes");

  private final HttpClient client = HttpClient.newHttpClient();
  private MetricsPage page;

  @BeforeEach
  void open() throws Exception {
    page = new MetricsPage();
    page.reportEverything();
  }

  @AfterEach
  void close() {
    page.close();
  }

  @Test
  void everyPromisedSeriesIsOnThePage() throws Exception {
    String body = get("/metrics").body();
    for (String line : PROMISED) {
      assertTrue(body.lines().anyMatch(l -> l.startsWith(line)), line + " is not on\n" + body);
    }
    assertTrue(body.contains("ringward_build_info{version=\"0.1.0\",java=\""), body);
    assertTrue(!body.contains("_created"), "creation times are left out");
    assertTrue(page.server.address().getAddress().isLoopbackAddress());
  }

  @Test
  void nothingElseAnswers() throws Exception {
    assertEquals(404, get("/").statusCode());
    assertEquals(404, get("/metricsx").statusCode());
    assertEquals(404, get("/metrics/x").statusCode());
    assertEquals(404, get("/jobs/overview").statusCode());
    for (String method : List.of("POST", "PUT", "DELETE", "HEAD", "OPTIONS")) {
      HttpRequest request =
          HttpRequest.newBuilder(uri("/metrics"))
              .method(method, BodyPublishers.ofString("x".repeat(method.equals("HEAD") ? 0 : 9)))
              .build();
      assertEquals(
          405, client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode(), method);
    }
  }

  @Test
  void healthFollowsTheHeartbeat() throws Exception {
    assertEquals(200, get("/-/healthy").statusCode());
    page.now.addAndGet(5 * MetricsPage.SECOND);
    assertEquals(503, get("/-/healthy").statusCode());
    page.loop.onBeat(1);
    assertEquals(200, get("/-/healthy").statusCode());
  }

  @Test
  void promtoolFindsNothingToComplainAbout() throws Exception {
    Path promtool = program("promtool");
    Process check =
        new ProcessBuilder(promtool.toString(), "check", "metrics")
            .redirectErrorStream(true)
            .start();
    try (var in = check.getOutputStream()) {
      in.write(get("/metrics").body().getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), said);
    assertEquals("", said);
  }

  @Test
  void realPrometheusServerScrapesIt(@TempDir Path folder) throws Exception {
    Path prometheus = program("prometheus");
    Path configuration = folder.resolve("prometheus.yml");
    Files.writeString(
        configuration,
        """
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: ringward
            static_configs: [{targets: ["127.0.0.1:%d"]}]
        """
            .formatted(page.server.address().getPort()));
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    Path log = folder.resolve("log");
    Process server =
        new ProcessBuilder(
                prometheus.toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      String query = "histogram_quantile(0.99, ringward_verdict_latency_seconds_bucket)";
      JsonNode result = await(server, log, port, query);
      double quantile = Double.parseDouble(result.get("value").get(1).asText());
      assertTrue(quantile > 100e-6 && quantile <= 150e-6, () -> "p99 is " + quantile);
      String balance =
          "ringward_events_produced_total - ringward_events_delivered_total"
              + " - ringward_events_in_flight"
              + " - sum without (cause) (ringward_events_dropped_total) == 0";
      assertEquals(
          "connect4",
          await(server, log, port, balance + " and on(hook) {hook=\"connect4\"}")
              .get("metric")
              .get("hook")
              .asText());
      assertEquals("1", await(server, log, port, "up").get("value").get(1).asText());
    } finally {
      server.destroy();
      if (!server.waitFor(20, TimeUnit.SECONDS)) {
        server.destroyForcibly().waitFor();
      }
    }
  }

  private JsonNode await(Process server, Path log, int port, String query) throws Exception {
    URI uri =
        URI.create(
            "http://127.0.0.1:"
                + port
                + "/api/v1/query?query="
                + URLEncoder.encode(query, StandardCharsets.UTF_8));
    String last = "";
    for (int attempt = 0; attempt < 300 && server.isAlive(); attempt++) {
      try {
        last = client.send(request(uri), HttpResponse.BodyHandlers.ofString()).body();
        JsonNode results = new ObjectMapper().readTree(last).path("data").path("result");
        if (!results.isEmpty() && !results.get(0).get("value").get(1).asText().equals("NaN")) {
          return results.get(0);
        }
      } catch (IOException e) {
        last = e.toString();
      }
      Thread.sleep(200);
    }
    throw new AssertionError("no answer to " + query + ": " + last + "\n" + Files.readString(log));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(uri(path)), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest request(URI uri) {
    return HttpRequest.newBuilder(uri).build();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + page.server.address().getPort() + path);
  }

  private static Path program(String name) {
    Path path = Path.of("/usr/bin", name);
    Assumptions.assumeTrue(
        Files.isExecutable(path), name + " is not installed: apt-get install prometheus");
    return path;
  }
}
