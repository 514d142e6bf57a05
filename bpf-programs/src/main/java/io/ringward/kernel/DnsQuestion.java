/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Locale;
import java.util.Optional;

/**
 * The first question of a DNS message (RFC 1035, section 4.1).
 *
 * @param name without the dot at its end, "." for the root; letters are small, bytes that are no
 *     printable ASCII are written as {@code \ddd}, dots and backslashes within a label with a
 *     backslash before them (RFC 1035, section 5.1; RFC 4343)
 * @param type QTYPE: 1 is A, 28 is AAAA, 16 is TXT, …
 */
public record DnsQuestion(String name, int type) {
  private static final int HEADER_BYTES = 12;
  private static final int MOST_LABEL_BYTES = 63;
  private static final int MOST_NAME_BYTES = 255;
  private static final int RESPONSE = 0x80;
  private static final int OPCODE = 0x78;

  /**
   * Reads a message, which may have been cut short and is a stranger's bytes.
   *
   * @return empty when it is no query, or its first question is not whole or not well formed; a
   *     compressed name is not: nothing comes before the first question to point at
   */
  public static Optional<DnsQuestion> parse(byte[] message) {
    if (message.length < HEADER_BYTES
        || (message[2] & (RESPONSE | OPCODE)) != 0
        || number(message, 4) == 0) {
      return Optional.empty();
    }
    StringBuilder name = new StringBuilder(64);
    int at = HEADER_BYTES;
    while (at < message.length) {
      int length = Byte.toUnsignedInt(message[at++]);
      if (length == 0) {
        return at + 4 > message.length || at - HEADER_BYTES > MOST_NAME_BYTES
            ? Optional.empty()
            : Optional.of(
                new DnsQuestion(
                    name.isEmpty() ? "." : name.toString().toLowerCase(Locale.ROOT),
                    number(message, at)));
      }
      if (length > MOST_LABEL_BYTES || at + length > message.length) {
        return Optional.empty();
      }
      if (!name.isEmpty()) {
        name.append('.');
      }
      for (int end = at + length; at < end; at++) {
        append(name, Byte.toUnsignedInt(message[at]));
      }
    }
    return Optional.empty();
  }

  private static void append(StringBuilder name, int octet) {
    if (octet == '.' || octet == '\\') {
      name.append('\\').append((char) octet);
    } else if (octet > ' ' && octet < 0x7f) {
      name.append((char) octet);
    } else {
      name.append('\\')
          .append((char) ('0' + octet / 100))
          .append((char) ('0' + octet / 10 % 10))
          .append((char) ('0' + octet % 10));
    }
  }

  private static int number(byte[] message, int at) {
    return Byte.toUnsignedInt(message[at]) << 8 | Byte.toUnsignedInt(message[at + 1]);
  }

  /** The type's usual name, or {@code TYPE} and its number (RFC 3597, section 5). */
  public String typeName() {
    return switch (type) {
      case 1 -> "A";
      case 2 -> "NS";
      case 5 -> "CNAME";
      case 6 -> "SOA";
      case 10 -> "NULL";
      case 12 -> "PTR";
      case 15 -> "MX";
      case 16 -> "TXT";
      case 28 -> "AAAA";
      case 33 -> "SRV";
      case 64 -> "SVCB";
      case 65 -> "HTTPS";
      case 252 -> "AXFR";
      case 255 -> "ANY";
      default -> "TYPE" + type;
    };
  }
}
