/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bounded line before one outlet, and the thread that works it off. {@link #offer} never blocks
 * and may be called by any thread.
 */
public final class IncidentQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IncidentQueue.class);
  private static final long SAY_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  private final IncidentOutlet outlet;
  // An empty element wakes the writer when the queue closes.
  private final BlockingQueue<Optional<Incident>> queue;
  private final Duration patience;
  private final Thread writer;
  private final AtomicLong emitted = new AtomicLong();
  private final AtomicLong overflowed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile boolean closing;
  private long saidNanos;

  /**
   * Starts the writer.
   *
   * @param capacity how many incidents may wait
   * @param patience how long {@link #close} lets the outlet finish
   */
  public IncidentQueue(IncidentOutlet outlet, int capacity, Duration patience) {
    this.outlet = outlet;
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.patience = patience;
    this.saidNanos = System.nanoTime() - SAY_AGAIN_NANOS;
    this.writer =
        Thread.ofPlatform().daemon().name("incidents-" + outlet.name()).unstarted(this::work);
    this.writer.start();
  }

  /** Puts an incident in line, or counts it as dropped when the line is full. */
  public void offer(Incident incident) {
    if (closing || !queue.offer(Optional.of(incident))) {
      overflowed.incrementAndGet();
    }
  }

  /** The outlet's name. */
  public String name() {
    return outlet.name();
  }

  /** Incidents carried out. */
  public long emitted() {
    return emitted.get();
  }

  /** Incidents given up because the line was full, or because the outlet did not end in time. */
  public long overflowed() {
    return overflowed.get();
  }

  /** Incidents given up because the outlet failed. */
  public long failed() {
    return failed.get();
  }

  private void work() {
    try {
      while (!closing || !queue.isEmpty()) {
        Optional<Incident> next = queue.poll(1, TimeUnit.SECONDS);
        if (next != null) {
          next.ifPresent(this::carry);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void carry(Incident incident) {
    try {
      outlet.write(incident);
      emitted.incrementAndGet();
    } catch (IOException | RuntimeException e) {
      failed.incrementAndGet();
      long now = System.nanoTime();
      if (now - saidNanos >= SAY_AGAIN_NANOS) {
        saidNanos = now;
        LOG.warn(
            "incidents to {} cannot be written: {} (the loop goes on; {} lost so far)",
            outlet.name(),
            e.getMessage(),
            failed.get());
      }
    }
  }

  /** Lets what waits go out, within the patience; the rest is counted as dropped. Idempotent. */
  @Override
  public void close() {
    closing = true;
    // A full queue needs no waking: its writer is busy.
    boolean waking = queue.offer(Optional.empty());
    LOG.debug("closing incidents to {} (idle writer woken: {})", outlet.name(), waking);
    boolean interrupted = false;
    try {
      writer.join(patience);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (writer.isAlive()) {
      writer.interrupt();
      List<Optional<Incident>> given = new ArrayList<>();
      queue.drainTo(given);
      long left = given.stream().filter(Optional::isPresent).count();
      overflowed.addAndGet(left);
      LOG.warn("{} incidents to {} are given up: it does not take them", left, outlet.name());
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
}
