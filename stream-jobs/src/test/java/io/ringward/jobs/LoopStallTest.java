/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringward.jobs.cluster.ListeningSockets;
import io.ringward.jobs.testing.MemoryHost;
import io.ringward.jobs.testing.RecordingObserver.Said;
import io.ringward.kernel.ProcessKey;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The heart beats only when a tick has passed through every part of the loop. */
final class LoopStallTest {
  private static final long SECOND = MemoryHost.SECOND;
  private static final ProcessKey CURL = new ProcessKey(50 * SECOND, 700);

  /** For a beat to come that must not come: a loop that goes round needs some milliseconds. */
  private static final long LONG_ENOUGH_MILLIS = 500;

  @TempDir Path state;

  @Test
  void aStalledDecisionStopsTheHeart() throws Exception {
    try (MemoryHost host = new MemoryHost(state)) {
      host.start();
      CountDownLatch stalled = host.table.stall();
      host.askMetadata(CURL);
      host.table.awaitStalled();
      host.tick(SECOND);
      Thread.sleep(LONG_ENOUGH_MILLIS);
      assertEquals(0, host.table.beats(), "the loop does not go round");
      stalled.countDown();
      host.observer.await(Said.Beat.class, 1);
      assertEquals(1, host.table.beats());
    }
  }

  /** All is one chain: rules wait too, so nobody takes half a guardian for a whole one. */
  @Test
  void aStalledScoreStopsTheHeartAndNothingIsLost() throws Exception {
    try (MemoryHost host = new MemoryHost(state)) {
      CountDownLatch stalled = host.observer.stallModels();
      host.start();
      host.tick(SECOND);
      host.observer.awaitStalled();
      host.askMetadata(CURL);
      Thread.sleep(LONG_ENOUGH_MILLIS);
      assertEquals(0, host.table.beats());
      assertEquals(0, host.table.applied().size());
      stalled.countDown();
      host.observer.await(Said.Told.class, _ -> true);
      host.observer.await(Said.Beat.class, 1);
      assertEquals(1, host.table.applied().size(), "what waited in the feed is judged");
    }
  }

  @Test
  void aRunningJobListensOnNothing() throws Exception {
    try (MemoryHost host = new MemoryHost(state)) {
      host.start();
      host.tick(SECOND);
      host.observer.await(Said.Beat.class, 1);
      assertEquals(List.of(), ListeningSockets.now());
    }
  }
}
