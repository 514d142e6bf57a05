/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import java.nio.file.Path;

/** Where syslog messages go. */
public sealed interface SyslogAddress {
  /** The local daemon's datagram socket. */
  record Local(Path socket) implements SyslogAddress {
    @Override
    public String toString() {
      return socket.toString();
    }
  }

  /** A receiver of datagrams. */
  record Udp(String host, int port) implements SyslogAddress {
    @Override
    public String toString() {
      return "udp://" + host + ":" + port;
    }
  }

  /** A receiver of connections. */
  record Tcp(String host, int port) implements SyslogAddress {
    @Override
    public String toString() {
      return "tcp://" + host + ":" + port;
    }
  }

  /**
   * Reads {@code /dev/log}, {@code udp://HOST:PORT} or {@code tcp://HOST:PORT}.
   *
   * @throws IllegalArgumentException when it is none of them
   */
  static SyslogAddress parse(String text) {
    if (text.startsWith("/")) {
      return new Local(Path.of(text));
    }
    int at = text.indexOf("://");
    int colon = text.lastIndexOf(':');
    String scheme = at < 0 ? "" : text.substring(0, at);
    if ((scheme.equals("udp") || scheme.equals("tcp")) && colon > at + 3) {
      String host = text.substring(at + 3, colon).replaceAll("^\\[(.*)]$", "$1");
      int port;
      try {
        port = Integer.parseInt(text.substring(colon + 1));
      } catch (NumberFormatException e) {
        port = 0;
      }
      if (!host.isEmpty() && port > 0 && port < 65_536) {
        return scheme.equals("udp") ? new Udp(host, port) : new Tcp(host, port);
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is none of /dev/log, udp://HOST:PORT and tcp://HOST:PORT");
  }
}
