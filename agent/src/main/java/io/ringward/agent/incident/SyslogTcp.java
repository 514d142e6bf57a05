/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Syslog over TCP with octet counting (RFC 6587, section 3.4.1): the length in decimal, a space,
 * the message. A message that broke off is sent again, whole, on a new connection. TCP says nothing
 * of what the receiver made of it: what it had not read when it died is lost.
 */
final class SyslogTcp implements SyslogTransport {
  private static final int MOST_BYTES = 8192;

  private final String host;
  private final int port;
  private final Duration patience;
  private SocketChannel channel;
  private Selector selector;

  SyslogTcp(String host, int port, Duration patience) {
    this.host = host;
    this.port = port;
    this.patience = patience;
  }

  @Override
  public int mostBytes() {
    return MOST_BYTES;
  }

  @Override
  public void send(byte[] message) throws DeliveryException, InterruptedException {
    byte[] count = (message.length + " ").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer frame =
        ByteBuffer.allocate(count.length + message.length).put(count).put(message).flip();
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      if (channel == null || hasHungUp()) {
        close();
        connect(deadline);
      }
      while (frame.hasRemaining()) {
        if (channel.write(frame) == 0) {
          await(SelectionKey.OP_WRITE, deadline);
        }
      }
    } catch (DeliveryException e) {
      close();
      throw e;
    } catch (IOException e) {
      close();
      String why = e.getMessage() == null ? "no connection" : e.getMessage();
      throw new DeliveryException(LossCause.UNREACHABLE, true, why);
    }
  }

  private void connect(long deadline) throws IOException, InterruptedException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException("the name " + host + " is not known");
    }
    channel = SocketChannel.open();
    selector = Selector.open();
    channel.configureBlocking(false);
    if (!channel.connect(address)) {
      do {
        await(SelectionKey.OP_CONNECT, deadline);
      } while (!channel.finishConnect());
    }
  }

  private void await(int operation, long deadline) throws IOException, InterruptedException {
    long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
    if (leftMillis <= 0) {
      throw new DeliveryException(
          LossCause.TIMED_OUT, true, "it takes nothing for " + patience.toMillis() / 1000.0 + " s");
    }
    channel.register(selector, operation);
    selector.select(leftMillis);
    selector.selectedKeys().clear();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** A receiver never says anything: what can be read is its end. */
  private boolean hasHungUp() {
    ByteBuffer ignored = ByteBuffer.allocate(256);
    try {
      int read;
      do {
        ignored.clear();
        read = channel.read(ignored);
      } while (read > 0);
      return read < 0;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
      if (selector != null) {
        selector.close();
      }
    } catch (IOException e) {
      // Nothing is left to be done with it.
    }
    channel = null;
    selector = null;
  }
}
