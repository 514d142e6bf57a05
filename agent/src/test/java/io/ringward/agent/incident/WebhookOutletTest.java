/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.ringward.agent.config.Mode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The webhook against real receivers on loopback: good, slow, refusing, hanging, cutting off. */
final class WebhookOutletTest {
  private static final IncidentFormat JSON =
      new IncidentJson(Mode.SHADOW, Samples.CLOCK, Long::toString, "host");
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  @AfterEach
  void close() {
    if (server != null) {
      server.stop(0);
    }
    threads.shutdownNow();
  }

  private URI serve(HttpHandler handler) throws IOException {
    return serve(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
        "http",
        handler);
  }

  private URI serve(HttpServer created, String scheme, HttpHandler handler) {
    server = created;
    server.setExecutor(threads);
    server.createContext("/", handler);
    server.start();
    return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/hook/s3cret");
  }

  private static WebhookOutlet outlet(URI uri, Duration patience, SecretKeySpec secret) {
    return outlet(uri, patience, secret, Optional.empty());
  }

  private static WebhookOutlet outlet(
      URI uri, Duration patience, SecretKeySpec secret, Optional<SSLContext> tls) {
    return new WebhookOutlet(
        uri,
        JSON,
        new HttpSender(tls, patience, "ringward/test"),
        Optional.ofNullable(secret),
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static DeliveryException failure(WebhookOutlet outlet) {
    return assertThrows(DeliveryException.class, () -> outlet.write(Samples.incident("a", 1, "")));
  }

  private static HttpHandler answer(int status, String body) {
    return exchange -> {
      exchange.getRequestBody().readAllBytes();
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    };
  }

  @Test
  void whatArrivesIsTheIncidentSigned(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "  top secret\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    AtomicReference<HttpExchange> seen = new AtomicReference<>();
    AtomicReference<byte[]> body = new AtomicReference<>();
    URI uri =
        serve(exchange -> {
          seen.set(exchange);
          body.set(exchange.getRequestBody().readAllBytes());
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    try (WebhookOutlet outlet = outlet(uri, LONG, WebhookOutlet.secret(file))) {
      assertEquals("HTTP 202", outlet.write(Samples.incident("a-1", 3, "throttled")));
      assertFalse(outlet.target().contains("s3cret"), "the path may be a secret");
    }
    JsonNode json = new ObjectMapper().readTree(body.get());
    assertEquals("a-1", json.path("id").asText());
    assertEquals("POST", seen.get().getRequestMethod());
    assertEquals("application/json", seen.get().getRequestHeaders().getFirst("Content-Type"));
    assertEquals("a-1", seen.get().getRequestHeaders().getFirst("X-Ringward-Incident"));
    assertEquals("1800000000", seen.get().getRequestHeaders().getFirst("X-Ringward-Timestamp"));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec("top secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    mac.update("1800000000.".getBytes(StandardCharsets.UTF_8));
    assertEquals(
        "v1=" + HexFormat.of().formatHex(mac.doFinal(body.get())),
        seen.get().getRequestHeaders().getFirst("X-Ringward-Signature"));
  }

  @Test
  void aSecretThatOthersMayReadOrThatIsEmptyIsRefused(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "x");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    String said = assertThrows(IOException.class, () -> WebhookOutlet.secret(file)).getMessage();
    assertTrue(said.contains("chmod 600"), said);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(file, " \n");
    said = assertThrows(IOException.class, () -> WebhookOutlet.secret(file)).getMessage();
    assertTrue(said.contains("holds no secret"), said);
  }

  @Test
  void errorsOfTheServerAreWorthAnotherTryAndThoseOfOursAreNot() throws Exception {
    URI uri = serve(answer(500, "the\nengine is off"));
    try (WebhookOutlet outlet = outlet(uri, LONG, null)) {
      DeliveryException refused = failure(outlet);
      assertEquals("HTTP 500: the\\nengine is off", refused.getMessage());
      assertTrue(refused.retryable());
      assertEquals(LossCause.REFUSED, refused.lossCause());
    }
    server.stop(0);
    uri = serve(answer(403, ""));
    try (WebhookOutlet outlet = outlet(uri, LONG, null)) {
      assertFalse(failure(outlet).retryable());
    }
    server.stop(0);
    uri = serve(answer(429, ""));
    try (WebhookOutlet outlet = outlet(uri, LONG, null)) {
      assertTrue(failure(outlet).retryable());
    }
    server.stop(0);
    uri =
        serve(exchange -> {
          exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/elsewhere");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    try (WebhookOutlet outlet = outlet(uri, LONG, null)) {
      assertEquals("HTTP 302", failure(outlet).getMessage(), "not followed");
    }
  }

  @Test
  void aSlowReceiverIsWaitedForAndASilentOneIsNot() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    URI uri =
        serve(exchange -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (WebhookOutlet outlet = outlet(uri, SHORT, null)) {
      DeliveryException silent = failure(outlet);
      assertEquals(LossCause.TIMED_OUT, silent.lossCause());
      assertTrue(silent.retryable());
      assertEquals("no answer within 0.3 s", silent.getMessage());
    }
    server.stop(0);
    uri =
        serve(exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try {
            for (int i = 0; i < 1000; i++) {
              exchange.getResponseBody().write('x');
              exchange.getResponseBody().flush();
              Thread.sleep(20);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (WebhookOutlet outlet = outlet(uri, SHORT, null)) {
      assertEquals(LossCause.TIMED_OUT, failure(outlet).lossCause(), "an answer that drips");
    }
    server.stop(0);
    uri =
        serve(exchange -> {
          try {
            Thread.sleep(100);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          answer(200, "x".repeat(1_000_000)).handle(exchange);
        });
    try (WebhookOutlet outlet = outlet(uri, LONG, null)) {
      String answer = outlet.write(Samples.incident("a", 1, ""));
      assertTrue(answer.startsWith("HTTP 200: xxx"), answer);
      assertTrue(answer.length() < 200, "of a long answer only its beginning is kept");
    }
  }

  @Test
  void nobodyThereAndAConnectionThatBreaksAreUnreachable() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (WebhookOutlet outlet = outlet(URI.create("http://127.0.0.1:" + port), LONG, null)) {
      DeliveryException refused = failure(outlet);
      assertEquals(LossCause.UNREACHABLE, refused.lossCause());
      assertTrue(refused.retryable());
    }
    try (ServerSocket resets = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      threads.execute(() -> reset(resets));
      URI uri = URI.create("http://127.0.0.1:" + resets.getLocalPort());
      try (WebhookOutlet outlet = outlet(uri, LONG, null)) {
        assertEquals(LossCause.UNREACHABLE, failure(outlet).lossCause());
      }
    }
  }

  private static void reset(ServerSocket listener) {
    try {
      while (true) {
        try (Socket socket = listener.accept()) {
          socket.getInputStream().read();
          socket.setSoLinger(true, 0); // Closing sends RST.
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void tlsTrustsTheGivenAuthorityAloneAndShowsItsOwnCertificate(@TempDir Path folder)
      throws Exception {
    TestAuthority authority = new TestAuthority(folder);
    SSLContext context = authority.serverContext();
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters strict = context.getDefaultSSLParameters();
            strict.setNeedClientAuth(true);
            parameters.setSSLParameters(strict);
          }
        });
    URI uri = serve(https, "https", answer(200, ""));
    Optional<Path> ca = Optional.of(authority.authority());
    SSLContext full =
        new TlsFiles(
                ca, Optional.of(authority.clientCertificate()), Optional.of(authority.clientKey()))
            .context();
    try (WebhookOutlet outlet = outlet(uri, LONG, null, Optional.of(full))) {
      assertEquals("HTTP 200", outlet.write(Samples.incident("a", 1, "")));
    }
    SSLContext nameless = new TlsFiles(ca, Optional.empty(), Optional.empty()).context();
    try (WebhookOutlet outlet = outlet(uri, LONG, null, Optional.of(nameless))) {
      assertEquals(LossCause.UNREACHABLE, failure(outlet).lossCause(), "no client certificate");
    }
    SSLContext system =
        new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty()).context();
    try (WebhookOutlet outlet = outlet(uri, LONG, null, Optional.of(system))) {
      String said = failure(outlet).getMessage();
      assertTrue(said.contains("certification path"), said);
    }
    URI otherName = URI.create(uri.toString().replace("127.0.0.1", "localhost"));
    try (WebhookOutlet outlet = outlet(otherName, LONG, null, Optional.of(full))) {
      String said = failure(outlet).getMessage();
      assertTrue(said.contains("localhost"), "the name is checked: " + said);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new TlsFiles(ca, Optional.of(authority.clientCertificate()), Optional.empty()));
    Path wrong = Files.writeString(folder.resolve("wrong.pem"), "no certificate");
    assertThrows(
        IOException.class,
        () -> new TlsFiles(Optional.of(wrong), Optional.empty(), Optional.empty()).context());
  }
}
