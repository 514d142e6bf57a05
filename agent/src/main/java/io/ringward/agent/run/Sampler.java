/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.metrics.AgentMetrics;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.SampleFeed;
import io.ringward.kernel.VerdictTable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the kernel's counters once a second, shows them to the metrics, puts them in line for the
 * loop, and writes down the verdicts in force for the next start. A reading that fails, or finds no
 * room, is said and left out; the next one covers it, since counters only grow.
 */
final class Sampler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
  private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long SAY_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  private final SampleFeed samples;
  private final VerdictTable verdicts;
  private final EventFeed feed;
  private final AgentMetrics metrics;
  private final VerdictArchive archive;
  private final TamperReports tamperings;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private long saidNanos = System.nanoTime() - SAY_AGAIN_NANOS;

  Sampler(
      SampleFeed samples,
      VerdictTable verdicts,
      EventFeed feed,
      AgentMetrics metrics,
      VerdictArchive archive,
      TamperReports tamperings) {
    this.samples = samples;
    this.verdicts = verdicts;
    this.feed = feed;
    this.metrics = metrics;
    this.archive = archive;
    this.tamperings = tamperings;
    this.thread = Thread.ofPlatform().daemon().name("sampler").start(this::work);
  }

  private void work() {
    long due = System.nanoTime();
    try {
      while (!closing.await(Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS)) {
        sample();
        // After a long pause (a suspended machine) it goes on from now, without catching up.
        due = Math.max(due + PERIOD_NANOS, System.nanoTime());
      }
      save(verdicts.inForce()); // for the next start, as it is at the end
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sample() {
    tamperings.report();
    try {
      KernelSample sample = samples.read();
      List<VerdictTable.InForce> inForce = verdicts.inForce();
      metrics.onSample(sample, inForce);
      metrics.onEnded(verdicts.takeEnded());
      save(inForce);
      if (!feed.submit(new ControlItem.Sampled(sample))) {
        metrics.onSampleSkipped();
        say("the loop is behind: a reading of the kernel's counters was left out");
      }
    } catch (RuntimeException e) {
      metrics.onSampleSkipped();
      say("the kernel's counters could not be read: " + e.getMessage());
      LOG.debug("reading the kernel's counters", e);
    }
  }

  private void save(List<VerdictTable.InForce> inForce) {
    archive.save(inForce.stream().map(VerdictTable.InForce::verdict).toList());
  }

  private void say(String what) {
    long now = System.nanoTime();
    if (now - saidNanos >= SAY_AGAIN_NANOS) {
      saidNanos = now;
      LOG.warn("{}", what);
    }
  }

  /** Stops, and waits for a reading under way. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
