/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.PerformanceCount;
import io.ringward.kernel.PerformanceCount.BlockQueue;
import io.ringward.kernel.PerformanceCount.BlockRequests;
import io.ringward.kernel.PerformanceCount.Preemption;
import io.ringward.kernel.PerformanceCount.Pressure;
import io.ringward.kernel.PerformanceCount.Softirq;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.LongFunction;

/**
 * Preemptions, block devices, memory, lost segments and interrupts. Cgroups have the labels that
 * they have among the run-queue metrics, the rest is {@code other}; devices, and pairs of who
 * preempts whom, are bounded too. What the kernel's maps forget goes on from where it was.
 * Thread-safe.
 */
public final class PerformanceMetrics extends Collector {
  private static final int MOST_DEVICES = 64;
  private static final int MOST_PAIRS = 200;
  private static final double NANOS = 1e9;
  // Powers of two from 16 us to 1.1 s, every second one.
  private static final int FIRST_BOUND = 14;
  private static final int LAST_BOUND = 30;
  private static final int BOUND_STEP = 2;

  private final LongFunction<String> cgroups;
  private final IntFunction<String> deviceNames;
  private final BoundedLabel devices = new BoundedLabel(MOST_DEVICES);
  private Map<Row, List<Long>> previous = Map.of();
  private final Map<List<String>, long[]> preemptions = new TreeMap<>(PerformanceMetrics::compare);
  private final Map<List<String>, long[]> requests = new TreeMap<>(PerformanceMetrics::compare);
  private final Map<List<String>, long[]> latencies = new TreeMap<>(PerformanceMetrics::compare);
  private final Map<List<String>, long[]> pressure = new TreeMap<>(PerformanceMetrics::compare);
  private final Map<List<String>, long[]> queues = new TreeMap<>(PerformanceMetrics::compare);
  private final Map<List<String>, long[]> softirqs = new TreeMap<>(PerformanceMetrics::compare);
  private final Map<String, Long> inFlight = new TreeMap<>();

  private record Row(PerformanceCount.Kind kind, List<Long> key) {}

  /**
   * Nothing yet.
   *
   * @param cgroups the bounded label of a cgroup id
   * @param deviceNames the name of a device
   */
  public PerformanceMetrics(LongFunction<String> cgroups, IntFunction<String> deviceNames) {
    this.cgroups = cgroups;
    this.deviceNames = deviceNames;
  }

  private static int compare(List<String> one, List<String> other) {
    return String.join("\0", one).compareTo(String.join("\0", other));
  }

  /** Takes a new reading. */
  public synchronized void onSample(KernelSample sample) {
    Map<Row, List<Long>> now = new HashMap<>();
    inFlight.clear();
    for (PerformanceCount count : sample.performance()) {
      Row row = new Row(count.kind(), count.key());
      List<Long> values = count.values();
      now.put(row, values);
      add(count, grown(values, previous.get(row)));
    }
    previous = now;
  }

  /** By how much each counter grew; all of it when one fell: the map had given the row up. */
  private static long[] grown(List<Long> now, List<Long> before) {
    long[] grown = new long[now.size()];
    boolean known = before != null && before.size() == now.size();
    for (int i = 0; i < grown.length && known; i++) {
      grown[i] = now.get(i) - before.get(i);
    }
    boolean fell = false;
    for (long one : grown) {
      fell |= one < 0;
    }
    return known && !fell ? grown : now.stream().mapToLong(Long::longValue).toArray();
  }

  private void add(PerformanceCount count, long[] grown) {
    switch (count) {
      case Preemption pair -> {
        List<String> labels =
            List.of(cgroups.apply(pair.preemptedGroup()), cgroups.apply(pair.preemptingGroup()));
        boolean room = preemptions.containsKey(labels) || preemptions.size() < MOST_PAIRS;
        add(preemptions, room ? labels : List.of(BoundedLabel.OTHER, BoundedLabel.OTHER), grown);
      }
      case BlockRequests block -> {
        String device = device(block.device());
        String operation = block.operation().label();
        add(requests, List.of(device, operation, cgroups.apply(block.cgroupId())), grown);
        add(latencies, List.of(device, operation), grown);
      }
      case BlockQueue queue -> {
        String device = device(queue.device());
        inFlight.merge(device, queue.inFlight(), Long::sum);
        // In flight goes up and down: what it grew by is no counter.
        long[] counters = grown(queue.values().subList(1, 3), previousQueue(queue));
        add(queues, List.of(device), counters);
      }
      case Pressure group -> add(pressure, List.of(cgroups.apply(group.cgroupId())), grown);
      case Softirq vector -> add(softirqs, List.of(vector.name()), grown);
    }
  }

  private List<Long> previousQueue(BlockQueue queue) {
    List<Long> before = previous.get(new Row(queue.kind(), queue.key()));
    return before == null ? null : before.subList(1, 3);
  }

  private String device(int device) {
    return devices.of(deviceNames.apply(device));
  }

  private static void add(Map<List<String>, long[]> to, List<String> labels, long[] grown) {
    long[] sum = to.computeIfAbsent(labels, _ -> new long[grown.length]);
    for (int i = 0; i < Math.min(sum.length, grown.length); i++) {
      sum[i] += grown[i];
    }
  }

  @Override
  public synchronized List<MetricFamilySamples> collect() {
    List<MetricFamilySamples> families = new ArrayList<>();
    families.add(
        counter(
            "ringward_preemptions",
            "How often a task that could have run on gave its processor to another.",
            preemptions,
            0,
            1,
            "preempted",
            "preempting"));
    List<String> block = List.of("device", "operation", "cgroup");
    families.add(counter("ringward_block_requests", "Requests answered.", requests, 0, 1, block));
    families.add(counter("ringward_block_bytes", "Bytes of requests.", requests, 1, 1, block));
    families.add(
        counter(
            "ringward_block_seconds",
            "Time between issue and answer, of all requests.",
            requests,
            2,
            NANOS,
            block));
    families.add(latency());
    GaugeMetricFamily depth =
        new GaugeMetricFamily(
            "ringward_block_in_flight", "Requests that a device works on.", List.of("device"));
    inFlight.forEach((device, count) -> depth.addMetric(List.of(device), count));
    families.add(depth);
    families.add(queueDepth());
    families.add(faults());
    families.add(
        counter(
            "ringward_direct_reclaims",
            "Times that a task had to free memory before it got any.",
            pressure,
            2,
            1,
            "cgroup"));
    families.add(
        counter(
            "ringward_direct_reclaim_seconds",
            "Time that tasks spent on freeing memory.",
            pressure,
            3,
            NANOS,
            "cgroup"));
    families.add(
        counter("ringward_oom_kills", "Processes killed for memory.", pressure, 4, 1, "cgroup"));
    families.add(
        counter("ringward_tcp_retransmits", "TCP segments sent again.", pressure, 5, 1, "cgroup"));
    families.add(
        counter("ringward_softirqs", "Runs of deferred interrupts.", softirqs, 0, 1, "vector"));
    families.add(
        counter(
            "ringward_softirq_seconds",
            "Processor time of deferred interrupts.",
            softirqs,
            1,
            NANOS,
            "vector"));
    return families;
  }

  private static CounterMetricFamily counter(
      String name,
      String help,
      Map<List<String>, long[]> sums,
      int index,
      double unit,
      String... labels) {
    return counter(name, help, sums, index, unit, List.of(labels));
  }

  private static CounterMetricFamily counter(
      String name,
      String help,
      Map<List<String>, long[]> sums,
      int index,
      double unit,
      List<String> labels) {
    CounterMetricFamily family = new CounterMetricFamily(name, help, labels);
    sums.forEach((values, sum) -> family.addMetric(values, sum[index] / unit));
    return family;
  }

  private CounterMetricFamily faults() {
    CounterMetricFamily family =
        new CounterMetricFamily("ringward_page_faults", "Page faults.", List.of("cgroup", "by"));
    pressure.forEach((labels, sum) -> {
      family.addMetric(List.of(labels.getFirst(), "program"), sum[0]);
      family.addMetric(List.of(labels.getFirst(), "kernel"), sum[1]);
    });
    return family;
  }

  private MetricFamilySamples queueDepth() {
    String name = "ringward_block_queue_depth";
    List<MetricFamilySamples.Sample> samples = new ArrayList<>();
    queues.forEach((labels, sum) -> {
      samples.add(sample(name + "_count", List.of("device"), labels, sum[0]));
      samples.add(sample(name + "_sum", List.of("device"), labels, sum[1]));
    });
    return new MetricFamilySamples(
        name, Type.SUMMARY, "Requests in flight as each was issued, itself included.", samples);
  }

  // Behind requests, bytes and nanoseconds; bucket b ends below 2^(b+1) ns.
  private MetricFamilySamples latency() {
    String name = "ringward_block_latency_seconds";
    List<String> labels = List.of("device", "operation");
    List<String> withBound = List.of("device", "operation", "le");
    List<MetricFamilySamples.Sample> samples = new ArrayList<>();
    latencies.forEach((values, sum) -> {
      long cumulative = 0;
      int bucket = 3;
      for (int bound = FIRST_BOUND; bound <= LAST_BOUND; bound += BOUND_STEP) {
        for (; bucket < Math.min(sum.length, 3 + bound); bucket++) {
          cumulative += sum[bucket];
        }
        samples.add(
            sample(
                name + "_bucket",
                withBound,
                List.of(values.get(0), values.get(1), doubleToGoString((1L << bound) / NANOS)),
                cumulative));
      }
      samples.add(
          sample(
              name + "_bucket",
              withBound,
              List.of(values.get(0), values.get(1), "+Inf"),
              cumulative));
      samples.add(sample(name + "_count", labels, values, cumulative));
      samples.add(sample(name + "_sum", labels, values, sum[2] / NANOS));
    });
    return new MetricFamilySamples(
        name, Type.HISTOGRAM, "How long block devices took to answer.", samples);
  }

  private static MetricFamilySamples.Sample sample(
      String name, List<String> labels, List<String> values, double value) {
    return new MetricFamilySamples.Sample(name, labels, values, value);
  }
}
