/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.Field;
import io.ringward.rules.event.IpNetwork;

/** Where the text of a field comes from. */
@FunctionalInterface
interface TextSource {
  /** The text, or null when it is not known: on the hot path, see {@link EventContext#text}. */
  String read(EventContext event, int generation);

  /** The source of a field on a type of event that carries it. */
  static TextSource of(Field field, EventType eventType) {
    String eventTypeName = eventType.label();
    Fact fact = field.factOn(eventType).orElse(null);
    return switch (field.extraction()) {
      case PLAIN -> (event, generation) -> event.text(fact, generation);
      case ADDRESS_FAMILY -> family(fact, "ipv4", "ipv6", "file");
      case ADDRESS_FAMILY_CHARACTER -> family(fact, "4", "6", "f");
      case PROTOCOL_NAME -> (event, _) -> event.has(fact, 0) ? protocol(event, fact) : null;
      case EVENT_TYPE -> (_, _) -> eventTypeName;
      // An endpoint's would have to be composed for each event: it can be printed, not tested.
      case FILE_OR_ENDPOINT_NAME ->
          fact == Fact.FILE_PATH ? (event, _) -> event.text(fact, 0) : (_, _) -> null;
      case EXIT_CODE, EXIT_SIGNAL, TIME_OF_DAY, TIME_ISO8601 ->
          throw new IllegalStateException(field.label() + " is not a text that can be tested");
    };
  }

  private static TextSource family(Fact fact, String ipv4, String ipv6, String file) {
    if (fact == Fact.FILE_PATH) {
      return (event, _) -> event.text(fact, 0) == null ? null : file;
    }
    return (event, _) -> {
      if (!event.has(fact, 0)) {
        return null;
      }
      return IpNetwork.isIpv4(event.addressHigh(fact), event.addressLow(fact)) ? ipv4 : ipv6;
    };
  }

  /** The names that Falco gives to IPPROTO numbers (RFC 5237's registry). */
  private static String protocol(EventContext event, Fact fact) {
    return switch ((int) event.number(fact, 0)) {
      case 1, 58 -> "icmp";
      case 6 -> "tcp";
      case 17 -> "udp";
      default -> null;
    };
  }
}
