/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class StartGraceTest {
  private final AtomicInteger beats = new AtomicInteger();
  private final Progress loop = new Progress();

  @Test
  void beatsBeforeItReturns() {
    try (StartGrace _ = new StartGrace(beats::incrementAndGet, loop, Duration.ofHours(1))) {
      assertTrue(beats.get() >= 1);
    }
  }

  @Test
  void goesOnWhileTheLoopIsNotUpAndEndsWithItsFirstBeat() throws InterruptedException {
    CountDownLatch again = new CountDownLatch(2);
    StartGrace grace =
        new StartGrace(
            () -> {
              beats.incrementAndGet();
              again.countDown();
            },
            loop,
            Duration.ofHours(1));
    again.await();
    loop.onBeat();
    grace.awaitEnd();
    assertTrue(beats.get() >= 2);
    assertFalse(grace.isBeating());
    grace.close();
  }

  @Test
  void endsByItselfWhenTheLoopNeverComesUp() throws InterruptedException {
    try (StartGrace grace = new StartGrace(beats::incrementAndGet, loop, Duration.ZERO)) {
      grace.awaitEnd();
      assertEquals(1, beats.get());
      assertFalse(grace.isBeating());
    }
  }

  @Test
  void endsWhenTheStartFails() {
    StartGrace grace = new StartGrace(beats::incrementAndGet, loop, Duration.ofHours(1));
    grace.close();
    assertFalse(grace.isBeating());
    grace.close();
  }

  @Test
  void aKernelThatRefusesTheBeatEndsIt() throws InterruptedException {
    Runnable refused =
        () -> {
          if (beats.incrementAndGet() > 1) {
            throw new IllegalStateException("closed");
          }
        };
    try (StartGrace grace = new StartGrace(refused, loop, Duration.ofHours(1))) {
      grace.awaitEnd();
      assertEquals(2, beats.get());
    }
  }
}
