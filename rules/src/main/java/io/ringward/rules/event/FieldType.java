/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

/** What the values of a field are, and so which operators may test it. */
public enum FieldType {
  /** Characters, compared exactly. */
  TEXT("text", "a text"),
  /** A whole number of 64 bits. */
  NUMBER("number", "a whole number, decimal or hexadecimal (0x…)"),
  /** {@code true} or {@code false}. */
  BOOLEAN("boolean", "true or false"),
  /** An IPv4 or IPv6 address. */
  ADDRESS("ip address", "an IP address such as 10.0.0.1 or 2001:db8::1"),
  /** An address that is tested against networks. */
  NETWORK("ip network", "a network such as 10.0.0.0/8 or 2001:db8::/32"),
  /** One of {@link EventType}'s names. */
  EVENT_TYPE("event type", "an event type");

  private final String label;
  private final String expected;

  FieldType(String label, String expected) {
    this.label = label;
    this.expected = expected;
  }

  /** How lists of fields name it. */
  public String label() {
    return label;
  }

  /** What an error message says was expected as a value. */
  public String expected() {
    return expected;
  }
}
