/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.ControlGroupAccount;
import io.ringward.kernel.KernelSample.CpuAccount;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * CPU time and run-queue latency by cgroup: so many cgroups with series of their own, those that
 * wait most, and the rest as {@code other}. A cgroup keeps its series until it is gone or another
 * one waits longer while it is quiet, so that no series ever goes backwards. Thread-safe.
 */
public final class ControlGroupMetrics extends Collector {
  private static final double NANOS = 1e9;
  // Powers of two from 1 us to 17 s, every second one: the kernel's buckets, summed by pairs.
  private static final int FIRST_BOUND = 10;
  private static final int LAST_BOUND = 34;
  private static final int BOUND_STEP = 2;
  private static final int LONGEST_NAME = 120;
  private static final int QUIET_SAMPLES = 60;

  private final int most;
  private final LongFunction<String> names;
  private final Map<Long, CpuAccount> previous = new HashMap<>();
  private final Map<Long, Series> series = new HashMap<>();
  private final Series other = new Series(BoundedLabel.OTHER);

  /** What one label value adds up. */
  private static final class Series {
    private final String label;
    private final long[] buckets = new long[64];
    private long onCpuNanos;
    private long waitNanos;
    private long switches;
    private int quietSamples;

    Series(String label) {
      this.label = label;
    }

    void add(CpuAccount now, CpuAccount before) {
      onCpuNanos += now.onCpuNanos() - before.onCpuNanos();
      waitNanos += now.waitNanos() - before.waitNanos();
      switches += now.switches() - before.switches();
      List<Long> old = before.waitHistogram();
      for (int bucket = 0; bucket < now.waitHistogram().size(); bucket++) {
        long was = bucket < old.size() ? old.get(bucket) : 0;
        buckets[bucket] += now.waitHistogram().get(bucket) - was;
      }
    }
  }

  private record Change(long id, CpuAccount now, CpuAccount before) {
    long waitNanos() {
      return now.waitNanos() - before.waitNanos();
    }
  }

  /**
   * Nothing yet.
   *
   * @param most how many cgroups get series of their own
   * @param names the name of a cgroup id
   */
  public ControlGroupMetrics(int most, LongFunction<String> names) {
    this.most = most;
    this.names = names;
  }

  /** Takes a new reading. */
  public synchronized void onSample(KernelSample sample) {
    List<Change> changes = new ArrayList<>();
    Set<Long> alive = new HashSet<>();
    for (ControlGroupAccount account : sample.controlGroups()) {
      CpuAccount before = previous.put(account.cgroupId(), account.account());
      // A counter that fell was started anew: the kernel's map had given the entry up.
      boolean fresh = before == null || before.switches() > account.account().switches();
      CpuAccount base = fresh ? new CpuAccount(0, 0, 0, List.of()) : before;
      changes.add(new Change(account.cgroupId(), account.account(), base));
      alive.add(account.cgroupId());
    }
    previous.keySet().retainAll(alive);
    series.keySet().retainAll(alive);
    changes.sort(Comparator.comparingLong(Change::waitNanos).reversed());
    List<Change> others = new ArrayList<>();
    for (Change change : changes) {
      Series mine = series.get(change.id());
      if (mine == null) {
        others.add(change);
      } else {
        mine.quietSamples = change.waitNanos() > 0 ? 0 : mine.quietSamples + 1;
        mine.add(change.now(), change.before());
      }
    }
    for (Change change : others) {
      Series target = other;
      if (change.waitNanos() > 0 && makeRoom()) {
        target = new Series(name(change.id()));
        series.put(change.id(), target);
      }
      target.add(change.now(), change.before());
    }
  }

  /** The label of a cgroup: its own while it has series here, else {@code other}. */
  synchronized String label(long id) {
    Series own = series.get(id);
    return own == null ? BoundedLabel.OTHER : own.label;
  }

  private boolean makeRoom() {
    if (series.size() < most) {
      return true;
    }
    return series.values().stream()
        .filter(one -> one.quietSamples >= QUIET_SAMPLES)
        .max(Comparator.comparingInt(one -> one.quietSamples))
        .map(quietest -> series.values().remove(quietest))
        .orElse(false);
  }

  private String name(long id) {
    String name = names.apply(id);
    if (name.length() > LONGEST_NAME) {
      name = "…" + name.substring(name.length() - LONGEST_NAME);
    }
    String wanted = name;
    boolean taken =
        wanted.equals(BoundedLabel.OTHER)
            || series.values().stream().anyMatch(one -> one.label.equals(wanted));
    return taken ? wanted + "#" + Long.toUnsignedString(id) : wanted;
  }

  @Override
  public synchronized List<MetricFamilySamples> collect() {
    List<MetricFamilySamples.Sample> latency = new ArrayList<>();
    CounterMetricFamily cpu =
        new CounterMetricFamily("ringward_cgroup_cpu_seconds", "Time on a CPU.", List.of("cgroup"));
    CounterMetricFamily switches =
        new CounterMetricFamily(
            "ringward_cgroup_context_switches", "Switches to a task.", List.of("cgroup"));
    List<Series> all = new ArrayList<>(series.values());
    all.add(other);
    for (Series one : all) {
      histogram(latency, one);
      cpu.addMetric(List.of(one.label), one.onCpuNanos / NANOS);
      switches.addMetric(List.of(one.label), one.switches);
    }
    return List.of(
        new MetricFamilySamples(
            "ringward_run_queue_latency_seconds",
            Type.HISTOGRAM,
            "How long tasks that could run waited for a CPU.",
            latency),
        cpu,
        switches);
  }

  // Bucket b of the kernel ends below 2^(b+1) ns, so a bound of 2^k takes the buckets before k.
  private static void histogram(List<MetricFamilySamples.Sample> samples, Series one) {
    String name = "ringward_run_queue_latency_seconds";
    long cumulative = 0;
    int bucket = 0;
    for (int bound = FIRST_BOUND; bound <= LAST_BOUND; bound += BOUND_STEP) {
      for (; bucket < bound; bucket++) {
        cumulative += one.buckets[bucket];
      }
      String le = doubleToGoString((1L << bound) / NANOS);
      samples.add(
          sample(name + "_bucket", List.of("cgroup", "le"), List.of(one.label, le), cumulative));
    }
    for (; bucket < one.buckets.length; bucket++) {
      cumulative += one.buckets[bucket];
    }
    samples.add(
        sample(name + "_bucket", List.of("cgroup", "le"), List.of(one.label, "+Inf"), cumulative));
    samples.add(sample(name + "_count", List.of("cgroup"), List.of(one.label), cumulative));
    samples.add(
        sample(name + "_sum", List.of("cgroup"), List.of(one.label), one.waitNanos / NANOS));
  }

  private static MetricFamilySamples.Sample sample(
      String name, List<String> labels, List<String> values, double value) {
    return new MetricFamilySamples.Sample(name, labels, values, value);
  }
}
