/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.incident.IncidentOutlets;
import io.ringward.agent.incident.TamperIncident;
import io.ringward.agent.metrics.AgentMetrics;
import io.ringward.loader.TamperLog;
import io.ringward.loader.Tampering;
import java.util.function.LongSupplier;

/** Takes to people what others have done to the guardian itself. One caller at a time. */
final class TamperReports {
  private final TamperLog log;
  private final IncidentOutlets outlets;
  private final AgentMetrics metrics;
  private final LongSupplier clock;
  private int number;

  /**
   * @param clock {@code CLOCK_BOOTTIME} in nanoseconds
   */
  TamperReports(TamperLog log, IncidentOutlets outlets, AgentMetrics metrics, LongSupplier clock) {
    this.log = log;
    this.outlets = outlets;
    this.metrics = metrics;
    this.clock = clock;
  }

  void report() {
    for (Tampering tampering : log.take()) {
      metrics.onTampering(tampering.kind().label());
      outlets.offer(
          TamperIncident.of(tampering, clock.getAsLong(), number++, ProcessHandle.current().pid()));
    }
  }
}
