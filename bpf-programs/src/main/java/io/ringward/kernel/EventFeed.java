/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * The way in: kernel events and control items in one order, from a ring, a recording or a stream.
 *
 * <p>One thread consumes ({@link #poll}, {@link #await}); {@link #wakeup}, {@link #submit} and
 * {@link #close} may be called by any.
 */
public interface EventFeed extends AutoCloseable {
  /** Takes items one by one, on the consumer's thread. */
  @FunctionalInterface
  interface Handler {
    /**
     * @param item valid during this call only when it is an {@link EventView}
     */
    void accept(FeedItem item);
  }

  /**
   * Hands over what is there, without blocking. Control items and ticks that are due come first.
   *
   * @param limit at most so many items
   * @return how many were handed over
   * @throws IllegalStateException when the feed is closed
   */
  int poll(Handler handler, int limit);

  /**
   * Blocks until an item may be there, a tick is due, {@link #wakeup} was called, or time is up.
   *
   * @return false when time was up
   */
  boolean await(long timeoutNanos) throws InterruptedException;

  /** Lets {@link #await} return. */
  void wakeup();

  /**
   * Puts a control item in line.
   *
   * @return false when the bounded queue is full: say so to whoever asked
   */
  boolean submit(ControlItem item);

  /** Whether the feed has an end and it is reached: a live feed never ends. */
  boolean ended();

  /** How many bytes wait in the rings: the job's lag. */
  long lagBytes();

  /** Stops the feed and waits for a poll under way. Idempotent. */
  @Override
  void close();
}
