/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.Field;
import io.ringward.rules.event.FileEvents;
import io.ringward.rules.event.IpNetwork;
import io.ringward.rules.predicate.FieldUse;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes the values of fields as people read them. Runs for matches only, not for each event. */
final class FieldPrinter {
  /** What is printed of a text at most, in characters. */
  static final int MOST_CHARACTERS = 1_024;

  private static final String ABSENT = "<NA>";
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final DateTimeFormatter TIME_OF_DAY =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSSSSS", Locale.ROOT);
  private static final DateTimeFormatter ISO8601 =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXX", Locale.ROOT);

  private FieldPrinter() {}

  /** Appends the value of a field, or {@code <NA>}. */
  static void print(FieldUse use, EventContext event, StringBuilder out) {
    Field field = use.field();
    EventType eventType = event.type();
    boolean carried = field.eventTypes().contains(eventType);
    if (!carried || !printCarried(use, event, eventType, out)) {
      out.append(ABSENT);
    }
  }

  private static boolean printCarried(
      FieldUse use, EventContext event, EventType eventType, StringBuilder out) {
    Field field = use.field();
    return switch (field.extraction()) {
      case PLAIN, EXIT_CODE, EXIT_SIGNAL -> printPlain(use, event, out);
      case ADDRESS_FAMILY, ADDRESS_FAMILY_CHARACTER, PROTOCOL_NAME, EVENT_TYPE ->
          printText(TextSource.of(field, eventType).read(event, 0), out);
      case FILE_OR_ENDPOINT_NAME ->
          FileEvents.ALL.contains(eventType)
              ? printText(event.text(Fact.FILE_PATH, 0), out)
              : printEndpoint(event, out);
      case TIME_OF_DAY -> printTime(event, TIME_OF_DAY, ZoneId.systemDefault(), out);
      case TIME_ISO8601 -> printTime(event, ISO8601, ZoneOffset.UTC, out);
    };
  }

  private static boolean printPlain(FieldUse use, EventContext event, StringBuilder out) {
    Field field = use.field();
    Fact fact = field.factOn(event.type()).orElseThrow();
    int generation = use.generation();
    return switch (field.type()) {
      case TEXT -> printText(event.text(fact, generation), out);
      case NUMBER -> {
        boolean known = event.has(fact, generation);
        if (known) {
          out.append(NumberSource.of(field).read(event, fact, generation));
        }
        yield known;
      }
      case BOOLEAN -> {
        boolean known = event.has(fact, generation);
        if (known) {
          out.append(event.number(fact, generation) != 0);
        }
        yield known;
      }
      case ADDRESS, NETWORK -> printAddress(event, fact, out);
      case EVENT_TYPE -> throw new IllegalStateException("not a plain field: " + field.label());
    };
  }

  private static boolean printAddress(EventContext event, Fact fact, StringBuilder out) {
    if (!event.has(fact, 0)) {
      return false;
    }
    IpNetwork.formatAddress(event.addressHigh(fact), event.addressLow(fact), out);
    return true;
  }

  private static boolean printEndpoint(EventContext event, StringBuilder out) {
    boolean remote = event.has(Fact.REMOTE_ADDRESS, 0);
    Fact address = remote ? Fact.REMOTE_ADDRESS : Fact.LOCAL_ADDRESS;
    Fact port = remote ? Fact.REMOTE_PORT : Fact.LOCAL_PORT;
    if (!event.has(address, 0)) {
      return false;
    }
    boolean ipv4 = IpNetwork.isIpv4(event.addressHigh(address), event.addressLow(address));
    out.append(ipv4 ? "" : "[");
    printAddress(event, address, out);
    out.append(ipv4 ? "" : "]");
    if (event.has(port, 0)) {
      out.append(':').append(event.number(port, 0));
    }
    return true;
  }

  private static boolean printTime(
      EventContext event, DateTimeFormatter format, ZoneId zone, StringBuilder out) {
    if (!event.has(Fact.EVENT_TIME, 0)) {
      return false;
    }
    long nanos = event.number(Fact.EVENT_TIME, 0);
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
    format.formatTo(instant.atZone(zone), out);
    return true;
  }

  /** Names and arguments are an attacker's to choose: they get no say over a terminal or a log. */
  private static boolean printText(String text, StringBuilder out) {
    if (text == null) {
      return false;
    }
    int end = Math.min(text.length(), MOST_CHARACTERS);
    for (int at = 0; at < end; at++) {
      char character = text.charAt(at);
      switch (Character.getType(character)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR ->
            printEscaped(character, out);
        default -> out.append(character);
      }
    }
    if (end < text.length()) {
      out.append('…');
    }
    return true;
  }

  private static void printEscaped(char character, StringBuilder out) {
    switch (character) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(Character.forDigit((character >>> shift) & 0xf, 16));
        }
      }
    }
  }
}
