/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of what the kernel aggregates about performance: what it is about, and counters that only
 * grow while the kernel keeps the row (it forgets the least recent ones when there are too many).
 * As numbers, a row is its kind, its key and its values; so it crosses files and exchanges.
 */
public sealed interface PerformanceCount {
  /** Which kind of row. */
  Kind kind();

  /** What it is about. */
  List<Long> key();

  /** The counters. */
  List<Long> values();

  /** The kinds, in the order of their numbers in files. */
  enum Kind {
    PREEMPTION(2, 1),
    BLOCK_REQUESTS(3, 3),
    BLOCK_QUEUE(1, 3),
    PRESSURE(1, 6),
    SOFTIRQ(1, 2);

    private final int keys;
    private final int leastValues;

    Kind(int keys, int leastValues) {
      this.keys = keys;
      this.leastValues = leastValues;
    }

    /**
     * A row of this kind from its numbers.
     *
     * @throws IllegalArgumentException when they are not such a row's
     */
    public PerformanceCount of(List<Long> key, List<Long> values) {
      if (key.size() != keys || values.size() < leastValues) {
        throw new IllegalArgumentException(
            "a row of kind " + this + " with " + key.size() + " and " + values.size() + " numbers");
      }
      return switch (this) {
        case PREEMPTION -> new Preemption(key.get(0), key.get(1), values.get(0));
        case BLOCK_REQUESTS ->
            new BlockRequests(
                key.get(0),
                Math.toIntExact(key.get(1)),
                BlockOperation.ofWire(Math.toIntExact(key.get(2))),
                values.get(0),
                values.get(1),
                values.get(2),
                values.subList(3, values.size()));
        case BLOCK_QUEUE ->
            new BlockQueue(
                Math.toIntExact(key.get(0)), values.get(0), values.get(1), values.get(2));
        case PRESSURE ->
            new Pressure(
                key.get(0),
                values.get(0),
                values.get(1),
                values.get(2),
                values.get(3),
                values.get(4),
                values.get(5));
        case SOFTIRQ -> new Softirq(Math.toIntExact(key.get(0)), values.get(0), values.get(1));
      };
    }
  }

  /**
   * How often a task of one cgroup took the processor from one of another (or the same) that could
   * have run on.
   */
  record Preemption(long preemptedGroup, long preemptingGroup, long times)
      implements PerformanceCount {
    @Override
    public Kind kind() {
      return Kind.PREEMPTION;
    }

    @Override
    public List<Long> key() {
      return List.of(preemptedGroup, preemptingGroup);
    }

    @Override
    public List<Long> values() {
      return List.of(times);
    }
  }

  /**
   * Requests that a block device has answered.
   *
   * @param cgroupId whose data it was; where the kernel does not say, who issued the request
   * @param device the whole disk, {@code major << 20 | minor}
   * @param nanos between issue and answer, of all requests
   * @param histogram bucket b counts [2^b, 2^(b+1)) ns, the last all longer
   */
  record BlockRequests(
      long cgroupId,
      int device,
      BlockOperation operation,
      long requests,
      long bytes,
      long nanos,
      List<Long> histogram)
      implements PerformanceCount {
    public BlockRequests {
      histogram = List.copyOf(histogram);
    }

    @Override
    public Kind kind() {
      return Kind.BLOCK_REQUESTS;
    }

    @Override
    public List<Long> key() {
      return List.of(cgroupId, (long) device, (long) operation.ordinal());
    }

    @Override
    public List<Long> values() {
      List<Long> values = new ArrayList<>(List.of(requests, bytes, nanos));
      values.addAll(histogram);
      return values;
    }
  }

  /**
   * A device's queue.
   *
   * @param inFlight requests that it works on now
   * @param arrivals requests issued so far
   * @param depthSum how many were in flight as each was issued, itself included, summed up
   */
  record BlockQueue(int device, long inFlight, long arrivals, long depthSum)
      implements PerformanceCount {
    @Override
    public Kind kind() {
      return Kind.BLOCK_QUEUE;
    }

    @Override
    public List<Long> key() {
      return List.of((long) device);
    }

    @Override
    public List<Long> values() {
      return List.of(inFlight, arrivals, depthSum);
    }
  }

  /**
   * What went short in a cgroup.
   *
   * @param userFaults page faults of programs
   * @param kernelFaults page faults of the kernel
   * @param reclaims how often a task had to free memory before it got any
   * @param reclaimNanos how long that took
   */
  record Pressure(
      long cgroupId,
      long userFaults,
      long kernelFaults,
      long reclaims,
      long reclaimNanos,
      long oomKills,
      long tcpRetransmits)
      implements PerformanceCount {
    @Override
    public Kind kind() {
      return Kind.PRESSURE;
    }

    @Override
    public List<Long> key() {
      return List.of(cgroupId);
    }

    @Override
    public List<Long> values() {
      return List.of(userFaults, kernelFaults, reclaims, reclaimNanos, oomKills, tcpRetransmits);
    }
  }

  /**
   * Work of deferred interrupts, all processors together.
   *
   * @param vector of include/linux/interrupt.h
   */
  record Softirq(int vector, long runs, long nanos) implements PerformanceCount {
    private static final List<String> NAMES =
        List.of(
            "hi",
            "timer",
            "net_tx",
            "net_rx",
            "block",
            "irq_poll",
            "tasklet",
            "sched",
            "hrtimer",
            "rcu");

    /** The kernel's name of the vector. */
    public String name() {
      return vector >= 0 && vector < NAMES.size() ? NAMES.get(vector) : Integer.toString(vector);
    }

    @Override
    public Kind kind() {
      return Kind.SOFTIRQ;
    }

    @Override
    public List<Long> key() {
      return List.of((long) vector);
    }

    @Override
    public List<Long> values() {
      return List.of(runs, nanos);
    }
  }
}
