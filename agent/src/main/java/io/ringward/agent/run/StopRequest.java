/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Waits for the end: a signal, a time limit, or the loop's own end. The first SIGTERM or SIGINT
 * asks for an orderly end, the second ends the process at once; SIGHUP does what it is told.
 */
public final class StopRequest {
  private static final long LOOK_MILLIS = 1000;
  private static final int SIGNALLED = 128;

  private final CompletableFuture<String> signal = new CompletableFuture<>();
  private final AtomicReference<Runnable> hangUp = new AtomicReference<>(() -> {});
  private final Consumer<String> acknowledge;

  private StopRequest(Consumer<String> acknowledge) {
    this.acknowledge = acknowledge;
  }

  /**
   * Takes the signals over, for the rest of the process's life.
   *
   * @param acknowledge tells people that the first was heard, with its name
   */
  public static StopRequest onSignals(Consumer<String> acknowledge) {
    StopRequest request = new StopRequest(acknowledge);
    Signals.handle("TERM", () -> request.stop("SIGTERM", 15));
    Signals.handle("INT", () -> request.stop("Ctrl-C", 2));
    Signals.handle("HUP", () -> request.hangUp.get().run());
    return request;
  }

  /** Leaves the signals alone. */
  static StopRequest unsignalled() {
    return new StopRequest(name -> {});
  }

  /** Whether a signal has asked for the end. */
  public boolean isRequested() {
    return signal.isDone();
  }

  /** Completes with the signal's name when one has asked for the end. */
  public CompletableFuture<String> requested() {
    return signal.copy();
  }

  /** What SIGHUP does from now on. */
  public void onHangUp(Runnable action) {
    hangUp.set(action);
  }

  private void stop(String what, int number) {
    if (signal.complete(what)) {
      acknowledge.accept(what);
    } else {
      Runtime.getRuntime().halt(SIGNALLED + number);
    }
  }

  /**
   * Waits.
   *
   * @param ended completes when there is nothing left to wait for
   * @param limit how long at most; empty means for ever
   * @param eachSecond is called about once a second meanwhile
   * @return why the wait is over; empty when a signal asked, which was acknowledged then
   * @throws GuardianException when the loop has failed
   */
  public Optional<String> await(
      CompletableFuture<Void> ended, Optional<Duration> limit, Runnable eachSecond)
      throws GuardianException, InterruptedException {
    long startedNanos = System.nanoTime();
    long limitMillis = limit.map(Duration::toMillis).orElse(Long.MAX_VALUE);
    CompletableFuture<Object> either = CompletableFuture.anyOf(signal, ended);
    while (true) {
      long leftMillis = limitMillis - (System.nanoTime() - startedNanos) / 1_000_000;
      if (leftMillis <= 0) {
        return Optional.of("its time is up");
      }
      try {
        Object why = either.get(Math.min(leftMillis, LOOK_MILLIS), TimeUnit.MILLISECONDS);
        return why == null ? Optional.of("the loop has ended") : Optional.empty();
      } catch (TimeoutException e) {
        eachSecond.run();
      } catch (ExecutionException e) {
        throw new GuardianException(
            GuardianException.Reason.FAILED,
            "the loop has failed for good: " + e.getCause().getMessage(),
            e.getCause());
      }
    }
  }
}
