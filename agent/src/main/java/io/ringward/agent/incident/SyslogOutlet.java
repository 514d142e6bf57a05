/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.agent.config.SyslogAddress;
import io.ringward.agent.text.Printable;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Priority;
import io.ringward.kernel.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * One syslog message (RFC 5424) for each incident and update: what a program needs as structured
 * data, what a person reads as its text. The severity is the finding's priority; the end of an
 * incident is informational.
 */
final class SyslogOutlet implements IncidentOutlet {
  /** The enterprise number that RFC 5612 reserves for documentation: Ringward has none. */
  private static final String STRUCTURE = "ringward@32473";

  private static final int LONGEST_NAME = 48;
  private static final int LONGEST_MESSAGE_ID = 32;
  private static final int LONGEST_TEXT = 4096;
  private static final int LONGEST_VALUE = 256;

  private final SyslogTransport transport;
  private final SyslogAddress address;
  private final int facility;
  private final BootClock clock;
  private final String host;
  private final long pid;

  /**
   * @param facility its number, 0 to 23
   */
  SyslogOutlet(
      SyslogTransport transport,
      SyslogAddress address,
      int facility,
      BootClock clock,
      String host,
      long pid) {
    this.transport = transport;
    this.address = address;
    this.facility = facility;
    this.clock = clock;
    this.host = host;
    this.pid = pid;
  }

  @Override
  public String name() {
    return "syslog";
  }

  @Override
  public String target() {
    return address.toString();
  }

  @Override
  public String write(Incident incident) throws IOException, InterruptedException {
    transport.send(message(incident, transport.mostBytes()));
    return "sent";
  }

  /** The message, cut at a character's border when it is too long. */
  byte[] message(Incident incident, int mostBytes) {
    Finding finding = incident.finding();
    int severity =
        incident.over() ? Priority.INFORMATIONAL.ordinal() : finding.priority().ordinal();
    // Six digits are the most that RFC 5424 allows for a fraction of a second.
    Instant time = clock.instantOf(incident.lastNanos()).truncatedTo(ChronoUnit.MICROS);
    StringBuilder out = new StringBuilder(512);
    out.append('<').append(facility * 8 + severity).append(">1 ").append(time);
    out.append(' ').append(name(host, 255)).append(" ringward ").append(pid).append(' ');
    out.append(name(finding.detector(), LONGEST_MESSAGE_ID)).append(" [").append(STRUCTURE);
    value(out, "id", incident.id());
    value(out, "source", finding.source().label());
    value(out, "detector", finding.detector());
    value(out, "count", Long.toString(incident.count()));
    value(out, "pid", Integer.toString(finding.process().key().tgid()));
    value(out, "state", incident.over() ? "over" : "open");
    if (incident.verdict().isPresent()) {
      Verdict verdict = incident.verdict().get();
      value(out, "verdict", verdict.idText());
      value(out, "action", verdict.action().label());
    }
    out.append("] ").append(Printable.of(finding.summary(), LONGEST_TEXT));
    if (!incident.outcome().isEmpty()) {
      out.append(" (").append(Printable.of(incident.outcome(), LONGEST_TEXT)).append(')');
    }
    byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, mostBytes);
    while (length < bytes.length && length > 0 && (bytes[length] & 0xc0) == 0x80) {
      length--;
    }
    return Arrays.copyOf(bytes, length);
  }

  /** A name of printable ASCII without spaces, as header fields are. */
  private static String name(String text, int most) {
    StringBuilder name = new StringBuilder(LONGEST_NAME);
    for (int i = 0; i < text.length() && name.length() < most; i++) {
      char c = text.charAt(i);
      name.append(c > 32 && c < 127 ? c : '-');
    }
    return name.isEmpty() ? "-" : name.toString();
  }

  private static void value(StringBuilder out, String name, String value) {
    out.append(' ').append(name).append("=\"");
    String text = Printable.of(value, LONGEST_VALUE);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c == ']') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }

  @Override
  public void close() throws IOException {
    transport.close();
  }
}
