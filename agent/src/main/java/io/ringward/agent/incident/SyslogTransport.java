/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.io.IOException;

/** Carries syslog messages. For one thread; connects again by itself after a failure. */
interface SyslogTransport extends AutoCloseable {
  /** The most bytes of a message. */
  int mostBytes();

  /**
   * Sends a message.
   *
   * @throws DeliveryException when it could not be
   */
  void send(byte[] message) throws DeliveryException, InterruptedException;

  @Override
  void close() throws IOException;
}
