/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bounded line before one outlet, and the thread that works it off. {@link #offer} may be
 * called by any thread and never waits for the outlet: it takes a lock that nobody holds while
 * anything is carried out.
 *
 * <p>An incident that waits is replaced by its later update, so a storm of repeats takes one place.
 * What a receiver does not take is tried again by the {@link RetryPolicy}, with its latest update.
 */
public final class IncidentQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IncidentQueue.class);
  private static final long SAY_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long IDLE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int MOST_PROBES = 8;

  private final IncidentOutlet outlet;
  private final int capacity;
  private final Duration patience;
  private final RetryPolicy retries;
  private final RandomGenerator random = new SplittableRandom();
  private final Thread writer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Incident> waiting = new LinkedHashMap<>();
  private final Deque<Probe> probes = new ArrayDeque<>();
  private final AtomicLong emitted = new AtomicLong();
  private final AtomicLong collapsed = new AtomicLong();
  private final AtomicLong retried = new AtomicLong();
  private final AtomicLongArray lost = new AtomicLongArray(LossCause.values().length);
  private volatile String lastError = "";
  private volatile long lastErrorNanos;
  private boolean closing;
  private boolean carrying;
  private long saidNanos;

  private record Probe(Incident incident, CompletableFuture<String> answer) {}

  /**
   * Starts the writer.
   *
   * @param capacity how many incidents may wait
   * @param patience how long {@link #close} lets the outlet finish
   */
  public IncidentQueue(
      IncidentOutlet outlet, int capacity, Duration patience, RetryPolicy retries) {
    this.outlet = outlet;
    this.capacity = capacity;
    this.patience = patience;
    this.retries = retries;
    this.saidNanos = System.nanoTime() - SAY_AGAIN_NANOS;
    this.writer =
        Thread.ofPlatform().daemon().name("incidents-" + outlet.name()).unstarted(this::work);
    this.writer.start();
  }

  /** Puts an incident in line, or counts it as lost when the line is full. */
  public void offer(Incident incident) {
    lock.lock();
    try {
      if (closing) {
        lose(LossCause.ENDED, 1);
      } else if (waiting.replace(incident.id(), incident) != null) {
        collapsed.incrementAndGet();
      } else if (waiting.size() >= capacity) {
        lose(LossCause.QUEUE_FULL, 1);
      } else {
        waiting.put(incident.id(), incident);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends an incident past the line, once, and tells what came back.
   *
   * @return completes with the receiver's answer, or fails with what went wrong
   */
  public CompletableFuture<String> probe(Incident incident) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    lock.lock();
    try {
      if (closing || probes.size() == MOST_PROBES) {
        answer.completeExceptionally(new IOException("too many tests at once, or it is closing"));
      } else {
        probes.addLast(new Probe(incident, answer));
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    return answer;
  }

  /** The outlet. */
  public IncidentOutlet outlet() {
    return outlet;
  }

  /** The outlet's name. */
  public String name() {
    return outlet.name();
  }

  /** Incidents carried out. */
  public long emitted() {
    return emitted.get();
  }

  /** Incidents that a later update of the same one has replaced in line. */
  public long collapsed() {
    return collapsed.get();
  }

  /** Deliveries that were tried again. */
  public long retried() {
    return retried.get();
  }

  /** Incidents given up for this cause. */
  public long lost(LossCause cause) {
    return lost.get(cause.ordinal());
  }

  /** Incidents given up. */
  public long lost() {
    long all = 0;
    for (LossCause cause : LossCause.values()) {
      all += lost(cause);
    }
    return all;
  }

  /** Incidents in line. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** What went wrong last; "" when nothing has. */
  public String lastError() {
    return lastError;
  }

  /** How long ago that was. */
  public Duration lastErrorAge() {
    return Duration.ofNanos(System.nanoTime() - lastErrorNanos);
  }

  private void work() {
    try {
      while (true) {
        Optional<Incident> next = next();
        if (next.isPresent()) {
          carry(next.get());
        } else if (isDone()) {
          return;
        } else {
          keepUp();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next in line; empty when a second has passed, or it is closing and nothing is left. */
  private Optional<Incident> next() throws InterruptedException {
    Probe probe = null;
    lock.lockInterruptibly();
    try {
      carrying = false;
      if (waiting.isEmpty() && probes.isEmpty() && !closing) {
        long left = changed.awaitNanos(IDLE_NANOS);
        LOG.trace("{} has waited, {} ns early", outlet.name(), left);
      }
      if (!probes.isEmpty()) {
        probe = probes.removeFirst();
      } else if (!waiting.isEmpty()) {
        String first = waiting.keySet().iterator().next();
        carrying = true;
        return Optional.of(waiting.remove(first));
      }
    } finally {
      lock.unlock();
    }
    if (probe != null) {
      answer(probe);
    }
    return Optional.empty();
  }

  private boolean isDone() {
    lock.lock();
    try {
      return closing && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void keepUp() throws InterruptedException {
    try {
      outlet.idle();
    } catch (IOException | RuntimeException e) {
      failed(e);
    }
  }

  private void answer(Probe probe) throws InterruptedException {
    try {
      probe.answer().complete(outlet.write(probe.incident()));
    } catch (IOException | RuntimeException e) {
      probe.answer().completeExceptionally(e);
    }
  }

  private void carry(Incident first) throws InterruptedException {
    Incident incident = first;
    for (int failures = 1; ; failures++) {
      try {
        LOG.debug("{} answered: {}", outlet.name(), outlet.write(incident));
        emitted.incrementAndGet();
        return;
      } catch (DeliveryException e) {
        if (!e.retryable() || failures >= retries.attempts()) {
          giveUp(e.lossCause(), e);
          return;
        }
        failed(e);
        if (!pause(retries.pauseNanos(failures, random))) {
          giveUp(LossCause.ENDED, e);
          return;
        }
        retried.incrementAndGet();
        incident = latest(incident);
      } catch (IOException | RuntimeException e) {
        giveUp(LossCause.WRITE_FAILED, e);
        return;
      }
    }
  }

  /** Waits, answering tests meanwhile; false when it is closing. */
  private boolean pause(long nanos) throws InterruptedException {
    long left = nanos;
    while (left > 0) {
      Probe probe = null;
      lock.lockInterruptibly();
      try {
        if (closing) {
          return false;
        }
        if (probes.isEmpty()) {
          left = changed.awaitNanos(left);
        } else {
          probe = probes.removeFirst();
        }
      } finally {
        lock.unlock();
      }
      if (probe != null) {
        answer(probe);
      }
    }
    return true;
  }

  private Incident latest(Incident incident) {
    lock.lock();
    try {
      Incident newer = waiting.remove(incident.id());
      if (newer == null) {
        return incident;
      }
      collapsed.incrementAndGet();
      return newer;
    } finally {
      lock.unlock();
    }
  }

  private void giveUp(LossCause cause, Exception e) {
    lose(cause, 1);
    failed(e);
  }

  private void lose(LossCause cause, long count) {
    lost.addAndGet(cause.ordinal(), count);
  }

  private void failed(Exception e) {
    lastError = String.valueOf(e.getMessage());
    lastErrorNanos = System.nanoTime();
    if (lastErrorNanos - saidNanos >= SAY_AGAIN_NANOS) {
      saidNanos = lastErrorNanos;
      LOG.warn(
          "incidents to {} ({}): {} (the loop goes on; {} wait, {} given up so far)",
          outlet.name(),
          outlet.target(),
          e.getMessage(),
          waiting(),
          lost());
    }
  }

  /** Lets what waits go out, within the patience; the rest is counted as lost. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    try {
      interrupted = !writer.join(patience) && end();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    try {
      outlet.close();
    } catch (IOException e) {
      LOG.warn("incidents to {}: closing failed: {}", outlet.name(), e.getMessage());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends a writer that its outlet holds. */
  private boolean end() {
    int left;
    lock.lock();
    try {
      left = waiting.size();
      waiting.clear();
      lose(LossCause.ENDED, left + (carrying ? 1 : 0));
      probes.forEach(probe -> probe.answer().completeExceptionally(new IOException("closing")));
      probes.clear();
    } finally {
      lock.unlock();
    }
    writer.interrupt();
    LOG.warn("{} incidents to {} are given up: it does not take them in time", left, outlet.name());
    return false;
  }
}
