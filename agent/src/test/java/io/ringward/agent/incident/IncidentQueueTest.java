/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Incident;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What waits, what is tried again, what is given up and counted. */
final class IncidentQueueTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Fails so many times, after it was let go; then takes everything. */
  private static final class Receiver implements IncidentOutlet {
    final List<String> taken = new CopyOnWriteArrayList<>();
    final AtomicInteger calls = new AtomicInteger();
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    volatile int failures;
    volatile boolean retryable = true;

    @Override
    public String name() {
      return "receiver";
    }

    @Override
    public String write(Incident incident) throws IOException, InterruptedException {
      int call = calls.incrementAndGet();
      reached.countDown();
      open.await();
      if (call <= failures) {
        throw new DeliveryException(LossCause.REFUSED, retryable, "HTTP 503");
      }
      taken.add(incident.id() + " " + incident.count());
      return "HTTP 200";
    }

    @Override
    public void close() {}
  }

  private final Receiver receiver = new Receiver();

  private IncidentQueue queue(int attempts, Duration pause) {
    return new IncidentQueue(receiver, 4, LONG, new RetryPolicy(attempts, pause, pause));
  }

  @Test
  void aLaterUpdateTakesThePlaceOfAnEarlierOneInLine() throws Exception {
    IncidentQueue queue = queue(1, Duration.ZERO);
    queue.offer(Samples.incident("first", 1, ""));
    receiver.reached.await();
    queue.offer(Samples.incident("other", 1, ""));
    for (int count = 1; count <= 1000; count++) {
      queue.offer(Samples.incident("storm", count, ""));
    }
    assertEquals(999, queue.collapsed());
    assertEquals(0, queue.lost());
    receiver.open.countDown();
    queue.close();
    assertEquals(List.of("first 1", "other 1", "storm 1000"), receiver.taken);
    assertEquals(3, queue.emitted());
  }

  @Test
  void aFailureIsTriedAgainWithTheLatestUpdate() throws Exception {
    receiver.failures = 3;
    IncidentQueue queue = queue(4, Duration.ofMillis(1));
    queue.offer(Samples.incident("a", 1, ""));
    receiver.reached.await();
    queue.offer(Samples.incident("a", 7, ""));
    receiver.open.countDown();
    while (queue.emitted() == 0) {
      Thread.onSpinWait();
    }
    assertEquals(List.of("a 7"), receiver.taken);
    assertEquals(3, queue.retried());
    assertEquals(1, queue.collapsed());
    assertEquals(0, queue.lost());
    assertEquals("HTTP 503", queue.lastError());
    queue.close();
  }

  @Test
  void whatIsRefusedForGoodOrTooOftenIsGivenUpByItsCause() throws Exception {
    receiver.failures = 3;
    receiver.open.countDown();
    IncidentQueue queue = queue(3, Duration.ofMillis(1));
    queue.offer(Samples.incident("often", 1, ""));
    while (queue.lost(LossCause.REFUSED) == 0) {
      Thread.onSpinWait();
    }
    assertEquals(2, queue.retried());
    receiver.failures = 4;
    receiver.retryable = false;
    queue.offer(Samples.incident("for good", 1, ""));
    queue.offer(Samples.incident("next", 1, ""));
    while (queue.emitted() == 0) {
      Thread.onSpinWait();
    }
    assertEquals(2, queue.lost(LossCause.REFUSED));
    assertEquals(2, queue.retried(), "not tried again");
    assertEquals(List.of("next 1"), receiver.taken);
    queue.close();
  }

  @Test
  void aTestPassesThoseThatWaitAlsoDuringAPause() throws Exception {
    receiver.failures = 2;
    receiver.open.countDown();
    IncidentQueue queue = queue(100, Duration.ofHours(1));
    queue.offer(Samples.incident("waits for an hour", 1, ""));
    receiver.reached.await();
    CompletableFuture<String> refused = queue.probe(Samples.incident("test", 1, ""));
    ExecutionException failure = assertThrows(ExecutionException.class, refused::get);
    assertEquals("HTTP 503", failure.getCause().getMessage());
    assertEquals("HTTP 200", queue.probe(Samples.incident("test", 2, "")).get());
    queue.close();
    assertEquals(1, queue.lost(LossCause.ENDED), "the end does not wait for the hour");
  }

  @Test
  void pausesDoubleUpToTheLongestWithHalfOfThemChance() {
    RetryPolicy policy = new RetryPolicy(8, Duration.ofSeconds(1), Duration.ofSeconds(5));
    SplittableRandom random = new SplittableRandom(1);
    long[] most = {1, 2, 4, 5, 5};
    for (int failures = 1; failures <= most.length; failures++) {
      for (int i = 0; i < 100; i++) {
        double seconds = policy.pauseNanos(failures, random) / 1e9;
        assertTrue(seconds >= most[failures - 1] / 2.0 && seconds <= most[failures - 1]);
      }
    }
  }

  @Test
  void manyThreadsLoseNothingUncounted() throws Exception {
    receiver.open.countDown();
    IncidentQueue queue = queue(1, Duration.ZERO);
    List<Thread> threads =
        java.util.stream.IntStream.range(0, 4)
            .mapToObj(t ->
                Thread.ofPlatform()
                    .start(() -> {
                      for (int i = 0; i < 5000; i++) {
                        queue.offer(Samples.incident("t" + t + "-" + i % 7, 1, ""));
                      }
                    }))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    queue.close();
    assertEquals(20_000, queue.emitted() + queue.collapsed() + queue.lost());
  }
}
