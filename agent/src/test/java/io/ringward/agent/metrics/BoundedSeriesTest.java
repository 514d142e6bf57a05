/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.CollectorRegistry;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.ControlGroupAccount;
import io.ringward.kernel.VerdictTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BoundedSeriesTest {
  private final CollectorRegistry registry = new CollectorRegistry(true);

  @Test
  void exactHitsAreCountedOnceWhateverTellsOfThem() {
    EnforcementCounts counts = new EnforcementCounts().register(registry);
    counts.onEnforcement(MetricsPage.enforcement(1, 1));
    assertEquals(1, enforcements());
    counts.onEnforcement(MetricsPage.enforcement(1, 500));
    assertEquals(500, enforcements());
    counts.onInForce(List.of(inForce(1, 700)));
    counts.onEnforcement(MetricsPage.enforcement(1, 600)); // an older event, delivered late
    assertEquals(700, enforcements());
    counts.onEnforcement(MetricsPage.enforcement(2, 3));
    counts.onInForce(List.of(inForce(1, 700), inForce(2, 3)));
    assertEquals(703, enforcements());
  }

  @Test
  void detectorsBeyondTheLimitAreOther() {
    BoundedLabel label = new BoundedLabel(2);
    assertEquals("a", label.of("a"));
    assertEquals("b", label.of("b"));
    assertEquals("other", label.of("c"));
    assertEquals("a", label.of("a"));
  }

  @Test
  void cgroupsThatWaitMostHaveTheirOwnSeriesAndTheRestAreOther() {
    ControlGroupMetrics metrics = new ControlGroupMetrics(2, id -> "/g" + id).register(registry);
    metrics.onSample(
        sample(MetricsPage.group(1, 5), MetricsPage.group(2, 50), MetricsPage.group(3, 500)));
    assertEquals(500, waits("/g3"));
    assertEquals(50, waits("/g2"));
    assertEquals(5, waits("other"));
    metrics.onSample(
        sample(MetricsPage.group(1, 1005), MetricsPage.group(2, 50), MetricsPage.group(3, 500)));
    assertEquals(1005, waits("other"), "who has a series keeps it while it is not long quiet");
    for (int second = 0; second < 60; second++) {
      metrics.onSample(
          sample(MetricsPage.group(1, 1005), MetricsPage.group(2, 50), MetricsPage.group(3, 500)));
    }
    metrics.onSample(
        sample(MetricsPage.group(1, 1006), MetricsPage.group(2, 51), MetricsPage.group(3, 500)));
    assertEquals(51, waits("/g2"));
    assertEquals(1, waits("/g1"), "takes the quiet one's place, and starts where it does");
    assertEquals(1005, waits("other"), "what was counted as other stays there");
    metrics.onSample(sample(MetricsPage.group(1, 1007)));
    assertEquals(2, waits("/g1"));
    assertTrue(Double.isNaN(waits("/g2")), "a cgroup that is gone has no series");
  }

  @Test
  void noSeriesEverGoesBackwardsAndTheirNumberIsBounded() {
    int most = 5;
    ControlGroupMetrics metrics = new ControlGroupMetrics(most, id -> "/g" + id).register(registry);
    Random random = new Random(42);
    long[] waits = new long[60];
    Map<String, Double> before = new HashMap<>();
    for (int second = 0; second < 500; second++) {
      ControlGroupAccount[] groups = new ControlGroupAccount[waits.length];
      for (int id = 0; id < waits.length; id++) {
        if (random.nextInt(8) == 0) {
          waits[id] += random.nextInt(1000);
        }
        groups[id] = MetricsPage.group(id + 1, waits[id]);
      }
      metrics.onSample(sample(groups));
      Map<String, Double> now = new HashMap<>();
      for (var family : java.util.Collections.list(registry.metricFamilySamples())) {
        family.samples.forEach(s -> now.put(s.name + s.labelValues, s.value));
      }
      assertTrue(
          now.keySet().stream().filter(n -> n.startsWith("ringward_cgroup_cpu")).count()
              <= most + 1);
      for (var entry : now.entrySet()) {
        assertTrue(entry.getValue() >= before.getOrDefault(entry.getKey(), 0.0), entry.getKey());
      }
      before = now;
    }
  }

  private double enforcements() {
    return registry.getSampleValue(
        "ringward_enforcements_total",
        new String[] {"action", "hook", "mode"},
        new String[] {"block", "connect4", "enforce"});
  }

  private double waits(String cgroup) {
    Double value =
        registry.getSampleValue(
            "ringward_run_queue_latency_seconds_count",
            new String[] {"cgroup"},
            new String[] {cgroup});
    return value == null ? Double.NaN : value;
  }

  private static VerdictTable.InForce inForce(long id, long hits) {
    return new VerdictTable.InForce(MetricsPage.verdict(id, 1), hits);
  }

  private static KernelSample sample(ControlGroupAccount... groups) {
    return new KernelSample(1, List.of(), List.of(), List.of(groups));
  }
}
