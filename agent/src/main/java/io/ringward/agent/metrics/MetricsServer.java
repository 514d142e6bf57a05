/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics} in Prometheus' text format 0.0.4 and {@code GET /-/healthy}, and
 * nothing else. Reads nothing that a client sends beyond the request line and its headers.
 *
 * <p>simpleclient's own HTTPServer is not used: it also serves the page at {@code /} and below
 * every prefix, and to every method.
 */
public final class MetricsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
  private static final int THREADS = 2;
  private static final int WAITING = 16;
  private static final String TEXT = "text/plain; charset=utf-8";

  static {
    // Bounds of the JDK's server, read once when its classes are loaded: seconds, connections.
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    System.setProperty("sun.net.httpserver.maxRspTime", "30");
    System.setProperty("jdk.httpserver.maxConnections", "64");
    System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
  }

  private final CollectorRegistry registry;
  private final BooleanSupplier healthy;
  private final HttpServer server;
  private final ThreadPoolExecutor threads;

  /**
   * Binds and starts.
   *
   * @param address the only address it listens on
   * @param healthy whether the loop is alive
   * @throws IOException when the address cannot be bound
   */
  public MetricsServer(
      InetSocketAddress address, CollectorRegistry registry, BooleanSupplier healthy)
      throws IOException {
    this.registry = registry;
    this.healthy = healthy;
    this.server = HttpServer.create(address, WAITING);
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("metrics-", 1).factory());
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Where it listens; the port that was taken when 0 was asked for. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!"/metrics".equals(path) && !"/-/healthy".equals(path)) {
        reply(exchange, 404, TEXT, "Only /metrics and /-/healthy are here.\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        reply(exchange, 405, TEXT, "Only GET is answered.\n");
      } else if (path.equals("/-/healthy")) {
        boolean well = healthy.getAsBoolean();
        reply(
            exchange,
            well ? 200 : 503,
            TEXT,
            well ? "The loop is alive.\n" : "No tick has passed through the loop lately.\n");
      } else {
        reply(exchange, 200, TextFormat.CONTENT_TYPE_004, page());
      }
    } catch (RuntimeException e) {
      LOG.warn("the metrics page could not be written", e);
      throw e;
    }
  }

  // Creation times of counters are of no use to text format 0.0.4: they would be more gauges.
  private String page() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 * 1024);
    try (Writer writer = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
      TextFormat.write004(
          writer, registry.filteredMetricFamilySamples(name -> !name.endsWith("_created")));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void reply(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean bodiless = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, bodiless ? -1 : bytes.length);
    if (!bodiless) {
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
