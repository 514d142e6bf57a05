/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts each incident as a JSON object. With a secret, two headers let the receiver tell that it
 * comes from here and is fresh: {@code X-Ringward-Timestamp} (seconds since 1970) and {@code
 * X-Ringward-Signature}, {@code v1=} and the HMAC-SHA256 (RFC 2104, in hexadecimal) of the
 * timestamp, a full stop and the body.
 */
final class WebhookOutlet implements IncidentOutlet {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int LONGEST_SECRET = 4096;

  private final URI uri;
  private final IncidentFormat format;
  private final HttpSender sender;
  private final Optional<SecretKeySpec> secret;
  private final Clock clock;

  WebhookOutlet(
      URI uri,
      IncidentFormat format,
      HttpSender sender,
      Optional<SecretKeySpec> secret,
      Clock clock) {
    this.uri = uri;
    this.format = format;
    this.sender = sender;
    this.secret = secret;
    this.clock = clock;
  }

  /**
   * Reads a secret; white space around it does not count.
   *
   * @throws IOException when it cannot be read, is empty, or others may read it
   */
  static SecretKeySpec secret(Path file) throws IOException {
    TlsFiles.requirePrivate(file);
    if (Files.size(file) > LONGEST_SECRET) {
      throw new IOException(
          file + " is too long for a secret: at most " + LONGEST_SECRET + " bytes");
    }
    String text = Files.readString(file, StandardCharsets.UTF_8).strip();
    if (text.isEmpty()) {
      throw new IOException(file + " holds no secret: 'openssl rand -hex 32' makes a good one");
    }
    return new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public String target() {
    return Targets.of(uri);
  }

  @Override
  public String write(Incident incident) throws IOException, InterruptedException {
    if (!format.tells(incident)) {
      return "nothing to tell";
    }
    byte[] body = format.line(incident);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-Ringward-Incident", incident.id());
    if (secret.isPresent()) {
      String timestamp = Long.toString(clock.instant().getEpochSecond());
      headers.put("X-Ringward-Timestamp", timestamp);
      headers.put("X-Ringward-Signature", "v1=" + signature(secret.get(), timestamp, body));
    }
    return sender.post(uri, body, headers);
  }

  private static String signature(SecretKeySpec secret, String timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      mac.update(timestamp.getBytes(StandardCharsets.US_ASCII));
      mac.update((byte) '.');
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
