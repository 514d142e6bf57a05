/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one consumer at a time at resources that another thread may want to close: closing waits
 * until the consumer has left. A consumer that closes from inside (a handler that has had enough)
 * releases them as it leaves.
 */
final class ConsumerGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Runnable release;
  private volatile boolean closing;
  private boolean released;

  /**
   * Makes an open gate; {@code release} runs once, when the gate is closed and nobody is inside.
   */
  ConsumerGate(Runnable release) {
    this.release = release;
  }

  /**
   * Enters, after those before; {@link #leave()} must follow if it returns true.
   *
   * @return false when the gate is closed
   * @throws IllegalStateException when this thread is inside already
   */
  boolean enter() {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("a record handler must not drain or await its own ring");
    }
    lock.lock();
    if (closing) {
      leave();
      return false;
    }
    return true;
  }

  void leave() {
    try {
      if (closing && lock.getHoldCount() == 1 && !released) {
        released = true;
        release.run();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    return closing;
  }

  /**
   * Closes: {@code interrupt} calls the consumer out, then {@code last} runs before the release.
   * From inside, nothing is waited for, and the release follows at {@link #leave()}.
   */
  void close(Runnable interrupt, Runnable last) {
    closing = true;
    interrupt.run();
    lock.lock();
    try {
      if (!released && lock.getHoldCount() == 1) {
        last.run();
      }
    } finally {
      leave();
    }
  }
}
