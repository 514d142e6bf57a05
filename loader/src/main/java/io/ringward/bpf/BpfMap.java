/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A map with typed keys and values, for every type of map that has one value below a key.
 * Thread-safe: calls take turns on the buffers, which are reused. Valid until the object is closed.
 */
public final class BpfMap<K, V> {
  private static final int BATCH_ENTRIES = 512;

  private final RawMap map;
  private final MapCodec<K> keyCodec;
  private final MapCodec<V> valueCodec;
  private final MemorySegment key;
  private final MemorySegment value;
  private Optional<Batch> batch = Optional.empty();
  private Optional<MapScanner> scanner = Optional.empty();
  private boolean updatesBatched = true;
  private boolean deletesBatched = true;

  private record Batch(MemorySegment keys, MemorySegment values, MemorySegment count) {}

  BpfMap(RawMap map, MapCodec<K> keyCodec, MapCodec<V> valueCodec) {
    requireSizes(map, keyCodec, valueCodec);
    if (map.spec().type().isPerCpu()) {
      throw new IllegalArgumentException(
          "map " + map.name() + " has a value for each CPU: use BpfObject.perCpuMap");
    }
    this.map = map;
    this.keyCodec = keyCodec;
    this.valueCodec = valueCodec;
    this.key = map.allocate(keyCodec.byteSize());
    this.value = map.allocate(valueCodec.byteSize());
  }

  static void requireSizes(RawMap map, MapCodec<?> keyCodec, MapCodec<?> valueCodec) {
    MapSpec spec = map.spec();
    if (keyCodec.byteSize() != spec.keyBytes() || valueCodec.byteSize() != spec.valueBytes()) {
      throw new IllegalArgumentException(
          "map %s has keys of %d and values of %d bytes, its codecs %d and %d"
              .formatted(
                  map.name(),
                  spec.keyBytes(),
                  spec.valueBytes(),
                  keyCodec.byteSize(),
                  valueCodec.byteSize()));
    }
  }

  /** The same map as bytes. */
  public RawMap raw() {
    return map;
  }

  /** The value below a key. */
  public synchronized Optional<V> get(K wanted) {
    keyCodec.encode(wanted, key, 0);
    return map.lookup(key, value) ? Optional.of(valueCodec.decode(value, 0)) : Optional.empty();
  }

  /**
   * Writes a value in any case.
   *
   * @throws BpfException E2BIG when the map is full
   */
  public void put(K written, V content) {
    boolean _ = update(written, content, UpdateMode.ANY);
  }

  /** Writes a value if the mode allows it; tells whether it did. */
  public synchronized boolean update(K written, V content, UpdateMode mode) {
    keyCodec.encode(written, key, 0);
    valueCodec.encode(content, value, 0);
    return map.update(key, value, mode);
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
  public synchronized long forEach(BiConsumer<? super K, ? super V> visitor) {
    MapScanner all = scanner.orElseGet(map::scanner);
    scanner = Optional.of(all);
    return all.scan((keys, keyOffset, values, valueOffset) ->
        visitor.accept(keyCodec.decode(keys, keyOffset), valueCodec.decode(values, valueOffset)));
  }

  /** All entries as they are now. */
  public Map<K, V> snapshot() {
    Map<K, V> entries = new LinkedHashMap<>();
    long _ = forEach(entries::put);
    return entries;
  }

  /**
   * Writes many values with few system calls.
   *
   * @throws BpfException E2BIG when the map is full; those before have been written
   */
  public synchronized void putAll(Map<? extends K, ? extends V> entries) {
    Iterator<? extends Map.Entry<? extends K, ? extends V>> rest = entries.entrySet().iterator();
    Batch buffers = batch();
    while (rest.hasNext()) {
      int filled = 0;
      while (filled < BATCH_ENTRIES && rest.hasNext()) {
        Map.Entry<? extends K, ? extends V> entry = rest.next();
        keyCodec.encode(entry.getKey(), buffers.keys, filled * keyCodec.byteSize());
        valueCodec.encode(entry.getValue(), buffers.values, filled * valueCodec.byteSize());
        filled++;
      }
      update(buffers, filled);
    }
  }

  private void update(Batch buffers, int filled) {
    if (updatesBatched) {
      map.requireOpen();
      buffers.count.set(JAVA_INT, 0, filled);
      int result =
          LibbpfNative.MAP_UPDATE_BATCH.call(
              map.fd(), buffers.keys, buffers.values, buffers.count, MemorySegment.NULL);
      if (!MapScanner.isUnsupported(-result)) {
        map.check("Update a batch of", result);
        return;
      }
      updatesBatched = false;
    }
    for (int i = 0; i < filled; i++) {
      boolean _ =
          map.update(
              slice(buffers.keys, i, keyCodec),
              slice(buffers.values, i, valueCodec),
              UpdateMode.ANY);
    }
  }

  /**
   * Removes many keys with few system calls.
   *
   * @return how many of them were there
   */
  public synchronized int removeAll(Collection<? extends K> removed) {
    Iterator<? extends K> rest = removed.iterator();
    Batch buffers = batch();
    int deleted = 0;
    while (rest.hasNext()) {
      int filled = 0;
      while (filled < BATCH_ENTRIES && rest.hasNext()) {
        keyCodec.encode(rest.next(), buffers.keys, filled * keyCodec.byteSize());
        filled++;
      }
      deleted += delete(buffers, filled);
    }
    return deleted;
  }

  private int delete(Batch buffers, int filled) {
    int deleted = 0;
    int from = 0;
    while (deletesBatched && from < filled) {
      map.requireOpen();
      buffers.count.set(JAVA_INT, 0, filled - from);
      int result =
          LibbpfNative.MAP_DELETE_BATCH.call(
              map.fd(),
              buffers.keys.asSlice(from * keyCodec.byteSize()),
              buffers.count,
              MemorySegment.NULL);
      if (MapScanner.isUnsupported(-result)) {
        deletesBatched = false;
        break;
      }
      // generic_map_delete_batch() stops at a key that is not there, and tells how many went.
      if (result < 0 && result != -Errno.ENOENT) {
        map.check("Delete a batch from", result);
      }
      int done = buffers.count.get(JAVA_INT, 0);
      deleted += done;
      from += result == 0 ? filled - from : done + 1;
    }
    for (int i = from; i < filled; i++) {
      deleted += map.delete(slice(buffers.keys, i, keyCodec)) ? 1 : 0;
    }
    return deleted;
  }

  private Batch batch() {
    Batch buffers =
        batch.orElseGet(() ->
            new Batch(
                map.allocate(BATCH_ENTRIES * keyCodec.byteSize()),
                map.allocate(BATCH_ENTRIES * valueCodec.byteSize()),
                map.allocate(Integer.BYTES)));
    batch = Optional.of(buffers);
    return buffers;
  }

  private static MemorySegment slice(MemorySegment items, int index, MapCodec<?> codec) {
    return items.asSlice(index * codec.byteSize(), codec.byteSize());
  }
}
