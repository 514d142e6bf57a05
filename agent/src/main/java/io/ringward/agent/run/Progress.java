/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How far the loop has come since it was started. Thread-safe; reports never block. */
final class Progress {
  private final CountDownLatch firstBeat = new CountDownLatch(1);
  private final AtomicInteger models = new AtomicInteger();

  void onBeat() {
    firstBeat.countDown();
  }

  void onModels(int programs) {
    models.set(programs);
  }

  /** Waits until a tick has passed through the whole loop. */
  boolean awaitFirstBeat(long timeoutMillis) throws InterruptedException {
    return firstBeat.await(timeoutMillis, TimeUnit.MILLISECONDS);
  }

  /** Programs that have a model of their own. */
  int models() {
    return models.get();
  }
}
