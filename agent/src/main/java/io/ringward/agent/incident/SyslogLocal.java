/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.bpf.UnixDatagramSocket;
import java.io.IOException;
import java.nio.file.Path;

/** Syslog to this machine's own daemon, by its datagram socket ({@code /dev/log}). */
final class SyslogLocal implements SyslogTransport {
  private static final int MOST_BYTES = 8192;

  private final Path socket;
  private UnixDatagramSocket open;

  SyslogLocal(Path socket) {
    this.socket = socket;
  }

  @Override
  public int mostBytes() {
    return MOST_BYTES;
  }

  @Override
  public void send(byte[] message) throws DeliveryException {
    try {
      if (open == null) {
        open = UnixDatagramSocket.connect(socket);
      }
      if (!open.send(message)) {
        throw new DeliveryException(
            LossCause.TIMED_OUT, true, socket + " is full: its daemon does not keep up");
      }
    } catch (DeliveryException e) {
      throw e;
    } catch (IOException e) {
      close();
      throw new DeliveryException(LossCause.UNREACHABLE, true, e.getMessage());
    }
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
