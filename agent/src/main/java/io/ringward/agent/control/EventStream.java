/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

/** Live events, for one listener. Used by one thread. */
public interface EventStream extends AutoCloseable {
  /**
   * Waits for events, but not for long: an empty batch tells the other side that this one lives.
   */
  EventBatch next() throws InterruptedException;

  @Override
  void close();
}
