/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.CollectorRegistry;
import io.ringward.kernel.BlockOperation;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.PerformanceCount;
import io.ringward.kernel.PerformanceCount.BlockQueue;
import io.ringward.kernel.PerformanceCount.BlockRequests;
import io.ringward.kernel.PerformanceCount.Preemption;
import io.ringward.kernel.PerformanceCount.Pressure;
import io.ringward.kernel.PerformanceCount.Softirq;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kernel's maps say becomes series that only grow, with bounded labels. */
final class PerformanceMetricsTest {
  private static final int DISK = 254 << 20;

  private final CollectorRegistry registry = new CollectorRegistry(true);
  private final PerformanceMetrics metrics =
      new PerformanceMetrics(id -> id < 3 ? "/g" + id : "other", device -> "d" + (device >>> 20))
          .register(registry);

  private void sample(PerformanceCount... rows) {
    metrics.onSample(new KernelSample(1, List.of(), List.of(), List.of(), List.of(rows)));
  }

  private double value(String name, String... labelsAndValues) {
    String[] labels = new String[labelsAndValues.length / 2];
    String[] values = new String[labels.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = labelsAndValues[2 * i];
      values[i] = labelsAndValues[2 * i + 1];
    }
    Double value = registry.getSampleValue(name, labels, values);
    return value == null ? Double.NaN : value;
  }

  private static BlockRequests requests(long cgroup, long count) {
    List<Long> histogram = new ArrayList<>(Collections.nCopies(32, 0L));
    histogram.set(20, count); // about 1.5 ms
    return new BlockRequests(
        cgroup, DISK, BlockOperation.READ, count, count * 4096, count * 1_500_000, histogram);
  }

  @Test
  void groupsWithoutALabelOfTheirOwnAreSummed() {
    sample(
        new Pressure(1, 10, 1, 2, 500_000_000, 0, 0),
        new Pressure(3, 5, 0, 0, 0, 1, 4),
        new Pressure(4, 6, 0, 0, 0, 0, 2));
    assertEquals(10, value("ringward_page_faults_total", "cgroup", "/g1", "by", "program"));
    assertEquals(11, value("ringward_page_faults_total", "cgroup", "other", "by", "program"));
    assertEquals(2, value("ringward_direct_reclaims_total", "cgroup", "/g1"));
    assertEquals(0.5, value("ringward_direct_reclaim_seconds_total", "cgroup", "/g1"));
    assertEquals(1, value("ringward_oom_kills_total", "cgroup", "other"));
    assertEquals(6, value("ringward_tcp_retransmits_total", "cgroup", "other"));
  }

  @Test
  void whatTheKernelForgetsGoesOnFromWhereItWas() {
    sample(new Preemption(1, 2, 100));
    sample();
    sample(new Preemption(1, 2, 3)); // made anew in the kernel's map
    assertEquals(103, value("ringward_preemptions_total", "preempted", "/g1", "preempting", "/g2"));
    sample(new Preemption(1, 2, 1)); // and again between two readings
    assertEquals(104, value("ringward_preemptions_total", "preempted", "/g1", "preempting", "/g2"));
  }

  @Test
  void devicesHaveLatencyAndDepth() {
    sample(requests(1, 2), requests(2, 3), new BlockQueue(DISK, 4, 9, 18));
    sample(requests(1, 5), requests(2, 3), new BlockQueue(DISK, 1, 12, 21));
    assertEquals(
        5,
        value(
            "ringward_block_requests_total",
            "device",
            "d254",
            "operation",
            "read",
            "cgroup",
            "/g1"));
    assertEquals(
        8 * 4096,
        value("ringward_block_bytes_total", "device", "d254", "operation", "read", "cgroup", "/g1")
            + value(
                "ringward_block_bytes_total",
                "device",
                "d254",
                "operation",
                "read",
                "cgroup",
                "/g2"));
    String name = "ringward_block_latency_seconds";
    assertEquals(8, value(name + "_count", "device", "d254", "operation", "read"));
    assertEquals(0.012, value(name + "_sum", "device", "d254", "operation", "read"), 1e-9);
    assertEquals(1, value("ringward_block_in_flight", "device", "d254"), "as it is now");
    assertEquals(12, value("ringward_block_queue_depth_count", "device", "d254"));
    assertEquals(21, value("ringward_block_queue_depth_sum", "device", "d254"));
  }

  @Test
  void pairsAreBounded() {
    PerformanceMetrics unbounded =
        new PerformanceMetrics(id -> "/g" + id, Integer::toString)
            .register(new CollectorRegistry());
    for (long second = 0; second < 3; second++) {
      List<PerformanceCount> pairs = new ArrayList<>();
      for (long group = 0; group < 1000; group++) {
        pairs.add(new Preemption(group, second, 1));
      }
      unbounded.onSample(new KernelSample(1, List.of(), List.of(), List.of(), pairs));
    }
    long series =
        unbounded.collect().stream()
            .filter(family -> family.name.equals("ringward_preemptions"))
            .mapToLong(family -> family.samples.size())
            .sum();
    assertTrue(series <= 201, () -> series + " series");
  }

  @Test
  void interruptsHaveTheKernelsNames() {
    sample(new Softirq(3, 7, 250_000_000));
    assertEquals(7, value("ringward_softirqs_total", "vector", "net_rx"));
    assertEquals(0.25, value("ringward_softirq_seconds_total", "vector", "net_rx"));
  }
}
