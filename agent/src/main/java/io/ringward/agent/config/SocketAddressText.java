/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Addresses to listen on: {@code 127.0.0.1:9465}, {@code [::1]:9465}, {@code localhost:9465}. */
public final class SocketAddressText {
  private SocketAddressText() {}

  /**
   * Reads a literal address and a port; names are not looked up, but for {@code localhost}.
   *
   * @throws IllegalArgumentException when it is none; says what is expected
   */
  public static InetSocketAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is not ADDRESS:PORT, as in 127.0.0.1:9465 or [::1]:9465");
    }
    return new InetSocketAddress(host(text.substring(0, colon)), port(text.substring(colon + 1)));
  }

  /** As {@link #parse} reads it. */
  public static String of(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static InetAddress host(String text) {
    String host = text.equals("localhost") ? "127.0.0.1" : text;
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.indexOf(':') >= 0 != bracketed) {
      throw new IllegalArgumentException("an IPv6 address stands in brackets, as in [::1]:9465");
    }
    try {
      return InetAddress.ofLiteral(bracketed ? host.substring(1, host.length() - 1) : host);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not an IP address (names are not looked up)", e);
    }
  }

  private static int port(String text) {
    if (text.matches("\\d{1,5}")) {
      int port = Integer.parseInt(text);
      if (port <= 65535) {
        return port;
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not a port: expected 0 to 65535");
  }
}
