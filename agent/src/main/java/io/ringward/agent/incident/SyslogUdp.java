/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Syslog over UDP (RFC 5426): what is lost on the way nobody knows. */
final class SyslogUdp implements SyslogTransport {
  /** What every receiver is asked to take, RFC 5426 section 3.2. */
  private static final int MOST_BYTES = 2048;

  private final String host;
  private final int port;
  private DatagramChannel channel;

  SyslogUdp(String host, int port) {
    this.host = host;
    this.port = port;
  }

  @Override
  public int mostBytes() {
    return MOST_BYTES;
  }

  @Override
  public void send(byte[] message) throws DeliveryException {
    try {
      if (channel == null) {
        channel = DatagramChannel.open();
        channel.connect(new InetSocketAddress(InetAddress.getByName(host), port));
      }
      channel.write(ByteBuffer.wrap(message));
    } catch (IOException e) {
      close();
      String why = e.getMessage() == null ? "nobody listens there" : e.getMessage();
      throw new DeliveryException(LossCause.UNREACHABLE, true, why);
    }
  }

  @Override
  public void close() {
    DatagramChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Nothing is left to be done with it.
      }
    }
  }
}
