/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.ringward.kernel.SendOutcome;
import io.ringward.loader.SendLimiter.Count;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What became of packets that left while a verdict covered sends. Read when the page is asked for.
 * Thread-safe.
 */
public final class SendMetrics extends Collector {
  private static final List<String> LABELS = List.of("outcome");

  private final Supplier<Map<SendOutcome, Count>> counts;

  /**
   * @param counts reads the kernel's counts; without those that are not kept here
   */
  public SendMetrics(Supplier<Map<SendOutcome, Count>> counts) {
    this.counts = counts;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    CounterMetricFamily packets =
        new CounterMetricFamily(
            "ringward_send_packets",
            "Packets while a verdict covered sends: seen, and of its subjects passed at once,"
                + " paced or dropped.",
            LABELS);
    CounterMetricFamily bytes =
        new CounterMetricFamily(
            "ringward_send_bytes", "Bytes of these packets, from the header of IP on.", LABELS);
    counts
        .get()
        .forEach((outcome, count) -> {
          packets.addMetric(List.of(outcome.label()), count.packets());
          bytes.addMetric(List.of(outcome.label()), count.bytes());
        });
    return List.of(packets, bytes);
  }
}
