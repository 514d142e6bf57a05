/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringward.agent.config.Mode;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * An incident as Falco's json_output writes an alert, so that what reads Falco's reads Ringward's:
 * falcosidekick decodes {@code output}, {@code priority}, {@code rule}, {@code time} (RFC 3339),
 * {@code output_fields}, {@code source}, {@code tags} and {@code hostname}, and refuses an alert
 * without output (its types and its request handler were read for this). Fields of the rule
 * language keep their Falco names; what Falco has no name for begins with {@code ringward.}.
 *
 * <p>The end of an incident is not told: Falco's alerts have none. Thread-safe.
 */
public final class FalcoJson implements IncidentFormat {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int LONGEST_TEXT = 1300;
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.nnnnnnnnn", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Mode mode;
  private final BootClock clock;
  private final ControlGroupNames controlGroups;
  private final String host;

  /**
   * @param host the name of this machine
   */
  public FalcoJson(Mode mode, BootClock clock, ControlGroupNames controlGroups, String host) {
    this.mode = mode;
    this.clock = clock;
    this.controlGroups = controlGroups;
    this.host = host;
  }

  @Override
  public boolean tells(Incident incident) {
    return !incident.over();
  }

  @Override
  public byte[] line(Incident incident) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      write(json, incident);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private void write(JsonGenerator json, Incident incident) throws IOException {
    Finding finding = incident.finding();
    Instant time = clock.instantOf(incident.lastNanos());
    String priority = finding.priority().label();
    json.writeStartObject();
    json.writeStringField("hostname", host);
    json.writeStringField(
        "output",
        CLOCK.format(time)
            + ": "
            + priority
            + " "
            + BoundedText.cut(finding.summary(), LONGEST_TEXT)
            + " ("
            + BoundedText.cut(incident.outcome(), LONGEST_TEXT)
            + ")");
    json.writeObjectFieldStart("output_fields");
    fields(json, incident, time);
    json.writeEndObject();
    json.writeStringField("priority", priority);
    json.writeStringField("rule", finding.detector());
    json.writeStringField(
        "source", finding.source() == Finding.Source.RULE ? "syscall" : "ringward");
    json.writeArrayFieldStart("tags");
    for (String tag : finding.tags()) {
      json.writeString(BoundedText.cut(tag, LONGEST_TEXT));
    }
    json.writeEndArray();
    json.writeStringField("time", time.toString());
    json.writeEndObject();
  }

  private void fields(JsonGenerator json, Incident incident, Instant time) throws IOException {
    Finding finding = incident.finding();
    ProcessInfo process = finding.process();
    json.writeNumberField(
        "evt.time", Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L) + time.getNano());
    json.writeStringField("proc.name", process.comm());
    json.writeStringField("proc.exepath", BoundedText.cut(process.path(), LONGEST_TEXT));
    json.writeNumberField("proc.pid", process.key().tgid());
    json.writeStringField("proc.cmdline", commandLine(process));
    json.writeNumberField("user.uid", Integer.toUnsignedLong(process.uid()));
    List<ProcessInfo> ancestry = incident.ancestry();
    if (!ancestry.isEmpty()) {
      ProcessInfo parent = ancestry.getFirst();
      json.writeNumberField("proc.ppid", parent.key().tgid());
      json.writeStringField("proc.pname", parent.comm());
      json.writeStringField("proc.pcmdline", commandLine(parent));
    }
    json.writeStringField("ringward.id", incident.id());
    json.writeNumberField("ringward.count", incident.count());
    json.writeStringField("ringward.mode", mode.label());
    json.writeStringField("ringward.cgroup", controlGroups.nameOf(process.cgroupId()));
    json.writeStringField("ringward.process", process.key().toString());
    json.writeNumberField("ringward.score", finding.score());
    json.writeStringField("ringward.outcome", BoundedText.cut(incident.outcome(), LONGEST_TEXT));
    if (incident.verdict().isPresent()) {
      Verdict verdict = incident.verdict().get();
      json.writeStringField("ringward.verdict", verdict.idText());
      json.writeStringField("ringward.action", verdict.action().label());
      json.writeStringField("ringward.expiry", clock.instantOf(verdict.expiryNanos()).toString());
      json.writeStringField("ringward.release", "ringward verdicts release " + verdict.idText());
    }
  }

  private static String commandLine(ProcessInfo process) {
    String line =
        process.arguments().isEmpty() ? process.comm() : String.join(" ", process.arguments());
    return BoundedText.cut(line, LONGEST_TEXT);
  }
}
