/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;

/**
 * Holds the live gauges and counters of a cluster in this process, to be read on demand: nothing is
 * scheduled, nothing is sent, and no port is opened. Thread-safe.
 *
 * <p>A metric is found by its name and, for those of an operator, by the operator's name. After a
 * restart of the job the new attempt's metric replaces the old one's.
 */
public final class GaugeCollector implements MetricReporter {
  private static final String OPERATOR = "<operator_name>";
  private static final String TASK = "<task_name>";

  private final ConcurrentHashMap<Name, Metric> metrics = new ConcurrentHashMap<>();

  /** Where a metric belongs: {@code owner} is the operator, else the task, else "". */
  private record Name(String owner, String metric) {}

  /**
   * A metric's value now.
   *
   * @param owner the name of the operator or task, or "" for those of the job and the process
   * @param metric as in Flink's list of metrics
   * @return empty when there is no such metric at the moment, or it is not a whole number
   */
  public OptionalLong value(String owner, String metric) {
    return switch (metrics.get(new Name(owner, metric))) {
      case Counter counter -> OptionalLong.of(counter.getCount());
      case Gauge<?> gauge when gauge.getValue() instanceof Number number ->
          OptionalLong.of(number.longValue());
      case null, default -> OptionalLong.empty();
    };
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {
    metrics.clear();
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    metrics.put(name(name, group), metric);
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    metrics.remove(name(name, group), metric);
  }

  private static Name name(String metric, MetricGroup group) {
    var variables = group.getAllVariables();
    String owner = variables.getOrDefault(OPERATOR, variables.getOrDefault(TASK, ""));
    return new Name(owner, metric);
  }
}
