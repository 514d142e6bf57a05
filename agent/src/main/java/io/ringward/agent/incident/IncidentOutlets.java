/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.time.Duration;
import java.util.List;

/** All outlets of the agent, each behind its own queue. Thread-safe. */
public final class IncidentOutlets implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final List<IncidentQueue> queues;

  /**
   * @param capacity how many incidents may wait for each
   */
  public IncidentOutlets(List<IncidentOutlet> outlets, int capacity, RetryPolicy retries) {
    this.queues =
        outlets.stream()
            .map(outlet -> new IncidentQueue(outlet, capacity, PATIENCE, retries))
            .toList();
  }

  /** Hands an incident to every outlet; never blocks. */
  public void offer(Incident incident) {
    for (IncidentQueue queue : queues) {
      queue.offer(incident);
    }
  }

  /** Opens anew what may have been moved away. */
  public void reopen() {
    queues.forEach(queue -> queue.outlet().reopen());
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
