/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.VerdictTable;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets who sent a verdict or a release into the loop wait until the loop reports what became of it.
 * Thread-safe; the reports never block.
 */
final class VerdictEffects {
  private final ConcurrentHashMap<Long, CompletableFuture<VerdictTable.Outcome>> verdicts =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, CompletableFuture<String>> releases =
      new ConcurrentHashMap<>();

  /** Something that is waited for; closing it gives up. */
  static final class Awaited<T> implements AutoCloseable {
    private final ConcurrentHashMap<Long, CompletableFuture<T>> waiting;
    private final long verdictId;
    private final CompletableFuture<T> future;

    private Awaited(ConcurrentHashMap<Long, CompletableFuture<T>> waiting, long verdictId) {
      this.waiting = waiting;
      this.verdictId = verdictId;
      this.future = waiting.computeIfAbsent(verdictId, id -> new CompletableFuture<>());
    }

    /** What was reported; empty when time was up. */
    Optional<T> within(Duration patience) {
      try {
        return Optional.of(future.get(patience.toNanos(), TimeUnit.NANOSECONDS));
      } catch (TimeoutException e) {
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e); // Nobody completes it exceptionally.
      }
    }

    @Override
    public void close() {
      waiting.remove(verdictId, future);
    }
  }

  /** Starts to wait for a verdict; to be called before it is sent. */
  Awaited<VerdictTable.Outcome> awaitVerdict(long verdictId) {
    return new Awaited<>(verdicts, verdictId);
  }

  /** Starts to wait for a release; to be called before it is sent. */
  Awaited<String> awaitRelease(long verdictId) {
    return new Awaited<>(releases, verdictId);
  }

  void onVerdict(long verdictId, VerdictTable.Outcome outcome) {
    CompletableFuture<VerdictTable.Outcome> waiting = verdicts.remove(verdictId);
    if (waiting != null) {
      waiting.complete(outcome);
    }
  }

  void onRelease(long verdictId, String why) {
    CompletableFuture<String> waiting = releases.remove(verdictId);
    if (waiting != null) {
      waiting.complete(why);
    }
  }
}
