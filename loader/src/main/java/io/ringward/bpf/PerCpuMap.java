/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A per-CPU map with typed keys and values: below each key one value for each possible CPU, in the
 * order of CPU numbers. Thread-safe: calls take turns on the buffers, which are reused. Valid until
 * the object is closed.
 */
public final class PerCpuMap<K, V> {
  private final RawMap map;
  private final MapCodec<K> keyCodec;
  private final MapCodec<V> valueCodec;
  private final MemorySegment key;
  private final MemorySegment values;
  private Optional<MapScanner> scanner = Optional.empty();

  PerCpuMap(RawMap map, MapCodec<K> keyCodec, MapCodec<V> valueCodec) {
    BpfMap.requireSizes(map, keyCodec, valueCodec);
    if (!map.spec().type().isPerCpu()) {
      throw new IllegalArgumentException(
          "map " + map.name() + " has one value for all CPUs: use BpfObject.map");
    }
    this.map = map;
    this.keyCodec = keyCodec;
    this.valueCodec = valueCodec;
    this.key = map.allocate(keyCodec.byteSize());
    this.values = map.allocate(map.valueBufferBytes());
  }

  /** The same map as bytes. */
  public RawMap raw() {
    return map;
  }

  /** The values below a key. */
  public synchronized Optional<List<V>> get(K wanted) {
    keyCodec.encode(wanted, key, 0);
    return map.lookup(key, values) ? Optional.of(decode(values, 0)) : Optional.empty();
  }

  /**
   * Writes the values of all CPUs.
   *
   * @param contents one for each possible CPU ({@link Libbpf#possibleCpus()})
   */
  public synchronized boolean update(K written, List<V> contents, UpdateMode mode) {
    if (contents.size() != map.valueCount()) {
      throw new IllegalArgumentException(
          "map " + map.name() + " takes " + map.valueCount() + " values, not " + contents.size());
    }
    keyCodec.encode(written, key, 0);
    for (int cpu = 0; cpu < contents.size(); cpu++) {
      valueCodec.encode(contents.get(cpu), values, cpu * map.valueStride());
    }
    return map.update(key, values, mode);
  }

  /** Writes the same value for each CPU. */
  public boolean updateAllCpus(K written, V content, UpdateMode mode) {
    return update(written, Collections.nCopies(map.valueCount(), content), mode);
  }

  /** Removes a key; tells whether it was there. */
  public synchronized boolean remove(K removed) {
    keyCodec.encode(removed, key, 0);
    return map.delete(key);
  }

  /**
   * Visits all entries as {@link MapScanner} does. The visitor must not use this map.
   *
   * @return how many were visited
   */
  public synchronized long forEach(BiConsumer<? super K, ? super List<V>> visitor) {
    MapScanner all = scanner.orElseGet(map::scanner);
    scanner = Optional.of(all);
    return all.scan((keys, keyOffset, source, valueOffset) ->
        visitor.accept(keyCodec.decode(keys, keyOffset), decode(source, valueOffset)));
  }

  private List<V> decode(MemorySegment source, long offset) {
    List<V> decoded = new ArrayList<>(map.valueCount());
    for (int cpu = 0; cpu < map.valueCount(); cpu++) {
      decoded.add(valueCodec.decode(source, offset + cpu * map.valueStride()));
    }
    return decoded;
  }
}
