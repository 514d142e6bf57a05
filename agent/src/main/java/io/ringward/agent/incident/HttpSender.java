/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.agent.text.Printable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Posts JSON and judges the answer: 2xx is taken; 408, 429 and 5xx are worth another try, as are
 * silence and broken connections; everything else is refused for good. Redirects are not followed,
 * and of the answer no more than a line is kept. For one thread.
 */
final class HttpSender implements AutoCloseable {
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);
  private static final int KEPT_BYTES = 512;
  private static final int SHOWN = 160;

  private final HttpClient client;
  private final Duration patience;
  private final String agent;

  /**
   * @param patience from the request to the end of the answer
   * @param agent for the header User-Agent
   */
  HttpSender(Optional<SSLContext> tls, Duration patience, String agent) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience.compareTo(CONNECT_PATIENCE) < 0 ? patience : CONNECT_PATIENCE);
    tls.ifPresent(builder::sslContext);
    this.client = builder.build();
    this.patience = patience;
    this.agent = agent;
  }

  /**
   * Posts.
   *
   * @return the answer in a few words
   */
  String post(URI uri, byte[] body, Map<String, String> headers)
      throws DeliveryException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(patience)
            .header("Content-Type", "application/json")
            .header("User-Agent", agent)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    byte[] kept = new byte[KEPT_BYTES];
    int[] length = new int[1];
    HttpResponse.BodyHandler<Void> handler =
        info ->
            HttpResponse.BodySubscribers.ofByteArrayConsumer(part ->
                part.ifPresent(bytes -> {
                  int taken = Math.min(bytes.length, KEPT_BYTES - length[0]);
                  System.arraycopy(bytes, 0, kept, length[0], taken);
                  length[0] += taken;
                }));
    CompletableFuture<HttpResponse<Void>> sent = client.sendAsync(request.build(), handler);
    try {
      // The request's own timeout does not cover an answer that drips.
      HttpResponse<Void> answer = sent.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return judge(answer.statusCode(), new String(kept, 0, length[0], StandardCharsets.UTF_8));
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw timedOut();
    } catch (InterruptedException e) {
      sent.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private String judge(int status, String body) throws DeliveryException {
    String shown =
        "HTTP " + status + (body.isBlank() ? "" : ": " + Printable.of(body.strip(), SHOWN));
    if (status >= 200 && status < 300) {
      return shown;
    }
    boolean retryable = status == 408 || status == 429 || status >= 500;
    throw new DeliveryException(LossCause.REFUSED, retryable, shown);
  }

  private DeliveryException failure(Throwable cause) {
    if (cause instanceof HttpTimeoutException && !(cause.getCause() instanceof ConnectException)) {
      return timedOut();
    }
    String message = cause.getMessage();
    if (message == null && cause instanceof IOException) {
      message = cause.getCause() == null ? null : cause.getCause().getMessage();
    }
    return new DeliveryException(
        LossCause.UNREACHABLE,
        true,
        message == null ? "no connection (" + cause.getClass().getSimpleName() + ")" : message);
  }

  private DeliveryException timedOut() {
    return new DeliveryException(
        LossCause.TIMED_OUT, true, "no answer within " + patience.toMillis() / 1000.0 + " s");
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
