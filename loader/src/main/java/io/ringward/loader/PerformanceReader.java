/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfObject;
import io.ringward.bpf.MapScanner;
import io.ringward.bpf.RawMap;
import io.ringward.kernel.BlockOperation;
import io.ringward.kernel.PerformanceCount;
import io.ringward.kernel.PerformanceCount.BlockQueue;
import io.ringward.kernel.PerformanceCount.BlockRequests;
import io.ringward.kernel.PerformanceCount.Preemption;
import io.ringward.kernel.PerformanceCount.Pressure;
import io.ringward.kernel.PerformanceCount.Softirq;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Reads the maps of {@code performance.bpf.c} and the preemptions, summed over CPUs. */
final class PerformanceReader {
  private static final long HISTOGRAM = WireCodecs.offset(WireLayouts.BLOCK_ACCOUNT, "histogram");
  private static final long DEVICE = WireCodecs.offset(WireLayouts.BLOCK_KEY, "device");
  private static final long OPERATION = WireCodecs.offset(WireLayouts.BLOCK_KEY, "operation");
  private static final long PREEMPTING =
      WireCodecs.offset(WireLayouts.PREEMPTION_KEY, "preempting");
  private static final int REQUESTS = 0;
  private static final int BYTES = 1;
  private static final int NANOS = 2;

  private final Table preemptions;
  private final Table requests;
  private final Table queues;
  private final Table pressure;
  private final RawMap softirqs;

  /** A map with its scanner; values of per-CPU maps lie behind one another. */
  private record Table(MapScanner scanner, int copies, long stride) {
    static Table of(BpfObject object, String name) {
      RawMap map = object.map(name);
      return new Table(map.scanner(), map.valueCount(), map.valueStride());
    }

    long sum(MemorySegment values, long valueAt, long field) {
      long sum = 0;
      for (int copy = 0; copy < copies; copy++) {
        sum += values.get(JAVA_LONG, valueAt + copy * stride + field);
      }
      return sum;
    }

    long sumInts(MemorySegment values, long valueAt, long field) {
      long sum = 0;
      for (int copy = 0; copy < copies; copy++) {
        sum += Integer.toUnsignedLong(values.get(JAVA_INT, valueAt + copy * stride + field));
      }
      return sum;
    }
  }

  PerformanceReader(BpfObject object) {
    this.preemptions = Table.of(object, "preemption");
    this.requests = Table.of(object, "block_account");
    this.queues = Table.of(object, "block_queue");
    this.pressure = Table.of(object, "cgroup_pressure");
    this.softirqs = object.map("softirq_account");
  }

  /** All rows; one caller at a time. */
  List<PerformanceCount> read() {
    List<PerformanceCount> rows = new ArrayList<>();
    preemptions.scanner.scan((keys, keyAt, values, valueAt) ->
        rows.add(
            new Preemption(
                keys.get(JAVA_LONG, keyAt),
                keys.get(JAVA_LONG, keyAt + PREEMPTING),
                preemptions.sum(values, valueAt, 0))));
    requests.scanner.scan(
        (keys, keyAt, values, valueAt) -> rows.add(requests(keys, keyAt, values, valueAt)));
    queues.scanner.scan((keys, keyAt, values, valueAt) ->
        rows.add(
            new BlockQueue(
                keys.get(JAVA_INT, keyAt),
                number(queues, values, valueAt, 0),
                number(queues, values, valueAt, 1),
                number(queues, values, valueAt, 2))));
    pressure.scanner.scan((keys, keyAt, values, valueAt) ->
        rows.add(
            new Pressure(
                keys.get(JAVA_LONG, keyAt),
                number(pressure, values, valueAt, 0),
                number(pressure, values, valueAt, 1),
                number(pressure, values, valueAt, 2),
                number(pressure, values, valueAt, 3),
                number(pressure, values, valueAt, 4),
                number(pressure, values, valueAt, 5))));
    readSoftirqs(rows);
    return rows;
  }

  private BlockRequests requests(
      MemorySegment keys, long keyAt, MemorySegment values, long valueAt) {
    List<Long> histogram = new ArrayList<>(WireLayouts.WAIT_BUCKETS);
    for (int bucket = 0; bucket < WireLayouts.WAIT_BUCKETS; bucket++) {
      histogram.add(requests.sumInts(values, valueAt, HISTOGRAM + (long) bucket * Integer.BYTES));
    }
    return new BlockRequests(
        keys.get(JAVA_LONG, keyAt),
        keys.get(JAVA_INT, keyAt + DEVICE),
        BlockOperation.ofWire(keys.get(JAVA_INT, keyAt + OPERATION)),
        number(requests, values, valueAt, REQUESTS),
        number(requests, values, valueAt, BYTES),
        number(requests, values, valueAt, NANOS),
        histogram);
  }

  /** The index-th 64-bit number of a struct that begins with such numbers. */
  private static long number(Table table, MemorySegment values, long valueAt, int index) {
    return table.sum(values, valueAt, (long) index * Long.BYTES);
  }

  private void readSoftirqs(List<PerformanceCount> rows) {
    long runsAt = WireCodecs.offset(WireLayouts.SOFTIRQ_ACCOUNT, "runs");
    long nanosAt = WireCodecs.offset(WireLayouts.SOFTIRQ_ACCOUNT, "nanos");
    PerCpuCounters counters = new PerCpuCounters(softirqs);
    for (int vector = 0; vector < softirqs.spec().maxEntries(); vector++) {
      long[] sums = counters.sums(vector, runsAt, nanosAt);
      if (sums[0] > 0) {
        rows.add(new Softirq(vector, sums[0], sums[1]));
      }
    }
  }
}
