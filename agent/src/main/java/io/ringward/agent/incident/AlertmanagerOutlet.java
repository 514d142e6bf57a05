/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringward.agent.config.Mode;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps an alert in an Alertmanager for each incident under way, by its API v2 ({@code POST
 * /api/v2/alerts}, api/v2/openapi.yaml of prometheus/alertmanager). An alert says when it ends
 * unless it is sent again; it is, once a minute, so an incident whose agent is gone resolves by
 * itself after {@link #LIVES}, and one that is over resolves at once. A later update of an incident
 * replaces the annotations; labels, which identify the alert, stay as they were first.
 *
 * <p>Bounded: of more than {@value #MOST_ALERTS} the one updated least recently is let go, and
 * resolves by itself.
 */
final class AlertmanagerOutlet implements IncidentOutlet {
  /** How long an alert lives that is not sent again. */
  static final Duration LIVES = Duration.ofMinutes(4);

  private static final int MOST_ALERTS = 1024;
  private static final int BATCH = 64;
  private static final int LONGEST_TEXT = 2000;
  private static final JsonFactory JSON = new JsonFactory();

  private final URI uri;
  private final URI shown;
  private final HttpSender sender;
  private final Mode mode;
  private final BootClock clock;
  private final String host;
  private final Duration resend;
  private final LinkedHashMap<String, Alert> alerts = new LinkedHashMap<>(16, 0.75f, true);
  private long sentNanos = System.nanoTime();

  private record Alert(Map<String, String> labels, Incident incident) {}

  /**
   * @param base of the Alertmanager, such as {@code http://127.0.0.1:9093}
   * @param resend how often alerts are sent again
   */
  AlertmanagerOutlet(
      URI base, HttpSender sender, Mode mode, BootClock clock, String host, Duration resend) {
    String text = base.toString();
    this.shown = base;
    this.uri =
        URI.create(
            (text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + "/api/v2/alerts");
    this.sender = sender;
    this.mode = mode;
    this.clock = clock;
    this.host = host;
    this.resend = resend;
  }

  @Override
  public String name() {
    return "alertmanager";
  }

  @Override
  public String target() {
    return Targets.of(shown);
  }

  @Override
  public String write(Incident incident) throws IOException, InterruptedException {
    Alert known = alerts.get(incident.id());
    Alert alert = new Alert(known == null ? labels(incident) : known.labels(), incident);
    if (incident.over() || incident.id().startsWith(TestIncident.PREFIX)) {
      alerts.remove(incident.id());
    } else {
      alerts.put(incident.id(), alert);
      if (alerts.size() > MOST_ALERTS) {
        alerts.pollFirstEntry();
      }
    }
    return post(List.of(alert));
  }

  @Override
  public void idle() throws IOException, InterruptedException {
    if (alerts.isEmpty() || System.nanoTime() - sentNanos < resend.toNanos()) {
      return;
    }
    sentNanos = System.nanoTime();
    List<Alert> all = new ArrayList<>(alerts.values());
    for (int from = 0; from < all.size(); from += BATCH) {
      post(all.subList(from, Math.min(all.size(), from + BATCH)));
    }
  }

  private String post(List<Alert> batch) throws IOException, InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartArray();
      for (Alert alert : batch) {
        write(json, alert);
      }
      json.writeEndArray();
    }
    return sender.post(uri, bytes.toByteArray(), Map.of());
  }

  private Map<String, String> labels(Incident incident) {
    Finding finding = incident.finding();
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("alertname", finding.detector());
    labels.put("severity", finding.priority().label().toLowerCase(java.util.Locale.ROOT));
    labels.put("job", "ringward");
    labels.put("instance", host);
    labels.put("incident", incident.id());
    labels.put("source", finding.source().label());
    labels.put("mode", mode.label());
    labels.put("program", program(finding.process()));
    return labels;
  }

  private void write(JsonGenerator json, Alert alert) throws IOException {
    Incident incident = alert.incident();
    Finding finding = incident.finding();
    json.writeStartObject();
    json.writeObjectFieldStart("labels");
    for (Map.Entry<String, String> label : alert.labels().entrySet()) {
      if (!label.getValue().isEmpty()) { // Alertmanager refuses empty ones.
        json.writeStringField(label.getKey(), BoundedText.cut(label.getValue(), 256));
      }
    }
    json.writeEndObject();
    json.writeObjectFieldStart("annotations");
    annotation(json, "summary", finding.summary());
    annotation(json, "outcome", incident.outcome());
    annotation(json, "severity_now", finding.priority().label());
    annotation(json, "count", Long.toString(incident.count()));
    annotation(
        json,
        "process",
        program(finding.process()) + " (pid " + finding.process().key().tgid() + ")");
    annotation(json, "tags", String.join(", ", finding.tags()));
    if (incident.verdict().isPresent()) {
      annotation(json, "verdict", incident.verdict().get().action().label());
      annotation(json, "release", "ringward verdicts release " + incident.verdict().get().idText());
    }
    json.writeEndObject();
    Instant now = Instant.now();
    json.writeStringField("startsAt", clock.instantOf(incident.firstNanos()).toString());
    json.writeStringField("endsAt", (incident.over() ? now : now.plus(LIVES)).toString());
    json.writeEndObject();
  }

  private static void annotation(JsonGenerator json, String name, String value) throws IOException {
    if (!value.isEmpty()) {
      json.writeStringField(name, BoundedText.cut(value, LONGEST_TEXT));
    }
  }

  private static String program(ProcessInfo process) {
    return process.path().isEmpty() ? process.comm() : process.path();
  }

  @Override
  public void close() {
    sender.close();
  }
}
