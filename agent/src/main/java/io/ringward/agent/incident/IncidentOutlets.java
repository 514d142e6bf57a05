/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.time.Duration;
import java.util.List;

/** All outlets of the agent, each behind its own queue. Thread-safe. */
public final class IncidentOutlets implements AutoCloseable {
  private static final int CAPACITY = 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final List<IncidentQueue> queues;

  public IncidentOutlets(List<IncidentOutlet> outlets) {
    this.queues =
        outlets.stream().map(outlet -> new IncidentQueue(outlet, CAPACITY, PATIENCE)).toList();
  }

  /** Hands an incident to every outlet; never blocks. */
  public void offer(Incident incident) {
    for (IncidentQueue queue : queues) {
      queue.offer(incident);
    }
  }

  /** The queues, for the metrics. */
  public List<IncidentQueue> queues() {
    return queues;
  }

  @Override
  public void close() {
    queues.forEach(IncidentQueue::close);
  }
}
