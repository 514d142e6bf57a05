/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.RawMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reads the 64-bit counters of a per-CPU array map, each as its sum over the CPUs. A sum is of no
 * one instant: CPUs count on while they are read. Thread-safe; lives as long as the map.
 */
final class PerCpuCounters {
  private final RawMap map;

  PerCpuCounters(RawMap map) {
    this.map = map;
  }

  /**
   * One counter.
   *
   * @param index of the array's entry
   * @param offset of the counter in its value, in bytes
   */
  long sum(int index, long offset) {
    return sums(index, offset)[0];
  }

  /**
   * Several counters of one entry, by one system call.
   *
   * @param index of the array's entry
   * @param offsets of the counters in its value, in bytes
   */
  long[] sums(int index, long... offsets) {
    long[] sums = new long[offsets.length];
    try (Arena call = Arena.ofConfined()) {
      MemorySegment values = call.allocate(map.valueBufferBytes(), Long.BYTES);
      map.lookup(call.allocateFrom(JAVA_INT, index), values);
      for (int cpu = 0; cpu < map.valueCount(); cpu++) {
        for (int each = 0; each < offsets.length; each++) {
          sums[each] += values.get(JAVA_LONG, cpu * map.valueStride() + offsets[each]);
        }
      }
    }
    return sums;
  }
}
