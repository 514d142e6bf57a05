/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

/** How a field's value comes from its {@link Fact}. */
public enum Extraction {
  /** The fact itself. */
  PLAIN,
  /** {@code ipv4} or {@code ipv6}, from an address. */
  ADDRESS_FAMILY,
  /** {@code 4} or {@code 6}, from an address. */
  ADDRESS_FAMILY_CHARACTER,
  /** {@code tcp}, {@code udp}, {@code icmp}, from a protocol number. */
  PROTOCOL_NAME,
  /** What the process gave to exit(2), from a wait status. */
  EXIT_CODE,
  /** The signal that ended the process, from a wait status. */
  EXIT_SIGNAL,
  /** The event's type, which needs no fact. */
  EVENT_TYPE,
  /**
   * A file's path, which can be tested; or address and port, from both facts of an endpoint, which
   * can only be printed.
   */
  FILE_OR_ENDPOINT_NAME,
  /** Local time of day, from a time. */
  TIME_OF_DAY,
  /** Date and time in UTC, from a time. */
  TIME_ISO8601
}
