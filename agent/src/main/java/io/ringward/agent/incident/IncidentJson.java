/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringward.agent.config.Mode;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.FeatureContribution;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * An incident as one line of JSON (RFC 8259), UTF-8, a line break at its end. Times are RFC 3339 in
 * UTC; numbers that may pass 2^53 (ids, inodes) are strings. {@code "schema": 1} changes when a
 * field changes its meaning; new fields may come at any time. Texts that are too long for a line
 * are cut, with an ellipsis. Thread-safe.
 */
public final class IncidentJson implements IncidentFormat {
  private static final int SCHEMA = 1;
  private static final int LONGEST_TEXT = 8192;
  private static final int MOST_ANCESTORS = 32;
  private static final JsonFactory JSON = new JsonFactory();

  private final Mode mode;
  private final BootClock clock;
  private final ControlGroupNames controlGroups;
  private final String host;

  /**
   * @param host the name of this machine
   */
  public IncidentJson(Mode mode, BootClock clock, ControlGroupNames controlGroups, String host) {
    this.host = host;
    this.mode = mode;
    this.clock = clock;
    this.controlGroups = controlGroups;
  }

  @Override
  public boolean tells(Incident incident) {
    return true;
  }

  @Override
  public byte[] line(Incident incident) {
    int longestText = LONGEST_TEXT;
    byte[] line = line(incident, longestText);
    while (line.length > LONGEST_BYTES && longestText > 1) {
      longestText /= 8;
      line = line(incident, longestText);
    }
    return line;
  }

  private byte[] line(Incident incident, int longestText) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      write(json, incident, longestText);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private void write(JsonGenerator json, Incident incident, int longestText) throws IOException {
    Finding finding = incident.finding();
    json.writeStartObject();
    json.writeNumberField("schema", SCHEMA);
    json.writeStringField("id", incident.id());
    json.writeStringField("time", time(incident.lastNanos()));
    json.writeStringField("first_time", time(incident.firstNanos()));
    json.writeNumberField("count", incident.count());
    json.writeStringField("severity", finding.priority().label());
    json.writeStringField("state", incident.over() ? "over" : "open");
    json.writeBooleanField("degraded", finding.degraded());
    json.writeStringField("host", host);
    json.writeStringField("mode", mode.label());
    json.writeStringField("source", finding.source().label());
    json.writeStringField(finding.source().label(), finding.detector());
    json.writeStringField("summary", BoundedText.cut(finding.summary(), longestText));
    strings(json, "tags", finding.tags(), longestText);
    json.writeObjectFieldStart("subject");
    process(json, finding.process(), longestText);
    json.writeArrayFieldStart("ancestry");
    for (ProcessInfo ancestor : incident.ancestry().stream().limit(MOST_ANCESTORS).toList()) {
      json.writeStartObject();
      process(json, ancestor, longestText / 4);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    evidence(json, finding);
    if (incident.verdict().isPresent()) {
      verdict(json, incident.verdict().get());
    }
    json.writeStringField("outcome", BoundedText.cut(incident.outcome(), LONGEST_TEXT / 4));
    json.writeEndObject();
  }

  private void process(JsonGenerator json, ProcessInfo process, int longestText)
      throws IOException {
    json.writeNumberField("pid", process.key().tgid());
    json.writeStringField("key", process.key().toString());
    json.writeStringField("name", process.comm());
    json.writeStringField("executable", BoundedText.cut(process.path(), longestText));
    strings(json, "arguments", process.arguments(), longestText);
    json.writeNumberField("uid", Integer.toUnsignedLong(process.uid()));
    json.writeStringField("cgroup_id", Long.toUnsignedString(process.cgroupId()));
    json.writeStringField("cgroup", controlGroups.nameOf(process.cgroupId()));
    json.writeStringField("inode", Long.toUnsignedString(process.executable().inode()));
    int device = process.executable().device();
    json.writeStringField("device", (device >>> 20) + ":" + (device & 0xfffff));
    json.writeArrayFieldStart("flags");
    for (ExecFlag flag : ExecFlag.values()) {
      if (flag.in(process.execFlags())) {
        json.writeString(flag.name().toLowerCase(Locale.ROOT));
      }
    }
    json.writeEndArray();
  }

  private void evidence(JsonGenerator json, Finding finding) throws IOException {
    json.writeObjectFieldStart("evidence");
    json.writeStringField("kernel_time_nanos", Long.toString(finding.kernelTimeNanos()));
    json.writeNumberField("score", finding.score());
    json.writeArrayFieldStart("features");
    for (FeatureContribution feature : finding.drivers()) {
      json.writeStartObject();
      json.writeStringField("feature", feature.feature());
      number(json, "value", feature.value());
      number(json, "usual", feature.usual());
      number(json, "weight", feature.weight());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void verdict(JsonGenerator json, Verdict verdict) throws IOException {
    json.writeObjectFieldStart("verdict");
    json.writeStringField("id", verdict.idText());
    json.writeStringField("subject", verdict.subject().toString());
    json.writeStringField("action", verdict.action().label());
    strings(
        json,
        "operations",
        verdict.operations().stream().sorted().map(Operation::label).toList(),
        LONGEST_TEXT);
    if (verdict.rate().isPresent()) {
      TokenRate rate = verdict.rate().get();
      json.writeObjectFieldStart("rate");
      json.writeNumberField("per_second", rate.tokensPerSecond());
      json.writeNumberField("burst", rate.burst());
      json.writeEndObject();
    }
    json.writeStringField("issued", time(verdict.issuedNanos()));
    json.writeStringField("expiry", time(verdict.expiryNanos()));
    json.writeBooleanField("shadow", verdict.shadow());
    json.writeStringField("reason", BoundedText.cut(verdict.reason(), LONGEST_TEXT / 4));
    json.writeEndObject();
    json.writeStringField("release", "ringward verdicts release " + verdict.idText());
  }

  /** At most so many characters in all; an ellipsis stands for what is left out. */
  private static void strings(
      JsonGenerator json, String name, Iterable<String> values, int longestText)
      throws IOException {
    int left = longestText;
    json.writeArrayFieldStart(name);
    for (String value : values) {
      if (left <= 0) {
        json.writeString("…");
        break;
      }
      String text = BoundedText.cut(value, left);
      left -= text.length() + 1;
      json.writeString(text);
    }
    json.writeEndArray();
  }

  // JSON has no infinity and no NaN.
  private static void number(JsonGenerator json, String name, double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumberField(name, value);
    } else {
      json.writeNullField(name);
    }
  }

  private String time(long bootNanos) {
    return clock.instantOf(bootNanos).toString();
  }
}
