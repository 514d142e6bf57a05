/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Typed and raw maps against the kernel's own. */
class BpfMapTest {
  private record Pair(long left, int right) {}

  private static final MapCodec<Pair> PAIR =
      MapCodec.of(
          MemoryLayout.structLayout(
              JAVA_LONG.withName("left"),
              JAVA_INT.withName("right"),
              MemoryLayout.paddingLayout(4)),
          (pair, target, offset) -> {
            target.set(JAVA_LONG, offset, pair.left());
            target.set(JAVA_INT, offset + 8, pair.right());
            target.set(JAVA_INT, offset + 12, 0);
          },
          (source, offset) ->
              new Pair(source.get(JAVA_LONG, offset), source.get(JAVA_INT, offset + 8)));

  private BpfObject object;

  @BeforeEach
  void load() {
    object = TestObjects.maps().load();
  }

  @AfterEach
  void close() {
    if (object != null) {
      object.close();
    }
  }

  private BpfMap<Integer, Long> small() {
    return object.map("small_hash", MapCodec.u32(), MapCodec.u64());
  }

  @Test
  void putsGetsAndRemoves() {
    BpfMap<Integer, Pair> map = object.map("hash", MapCodec.u32(), PAIR);
    assertEquals(Optional.empty(), map.get(7));
    map.put(7, new Pair(1, 2));
    map.put(7, new Pair(-1, Integer.MIN_VALUE));
    assertEquals(Optional.of(new Pair(-1, Integer.MIN_VALUE)), map.get(7));
    assertTrue(map.remove(7));
    assertFalse(map.remove(7));
    assertEquals(Optional.empty(), map.get(7));
  }

  @Test
  void updateModesAreTheKernels() {
    BpfMap<Integer, Long> map = small();
    assertFalse(map.update(1, 10L, UpdateMode.IF_PRESENT));
    assertTrue(map.update(1, 11L, UpdateMode.IF_ABSENT));
    assertFalse(map.update(1, 12L, UpdateMode.IF_ABSENT));
    assertEquals(Optional.of(11L), map.get(1));
    assertTrue(map.update(1, 13L, UpdateMode.IF_PRESENT));
    assertEquals(Optional.of(13L), map.get(1));
  }

  @Test
  void aFullMapSaysSo() {
    BpfMap<Integer, Long> map = small();
    IntStream.range(0, 4).forEach(i -> map.put(i, 0L));
    BpfException full = assertThrows(BpfException.class, () -> map.put(4, 0L));
    assertEquals("E2BIG", full.errnoName());
    assertTrue(full.getMessage().contains("small_hash"), full::getMessage);
    assertTrue(full.advice().contains("max_entries"), full::advice);
    map.put(3, 5L);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 511, 512, 513, 4096})
  void batchesWriteReadAndRemoveAll(int count) {
    BpfMap<Integer, Pair> map = object.map("hash", MapCodec.u32(), PAIR);
    Map<Integer, Pair> entries = new HashMap<>();
    IntStream.range(0, count).forEach(i -> entries.put(i * 31, new Pair(i, -i)));
    map.putAll(entries);
    assertEquals(entries, map.snapshot());
    assertEquals(count, map.forEach((_, _) -> {}));
    Set<Integer> removed = new HashSet<>(entries.keySet());
    removed.add(-1);
    removed.add(-2);
    assertEquals(count, map.removeAll(removed));
    assertEquals(0, map.removeAll(removed));
    assertTrue(map.snapshot().isEmpty());
  }

  @Test
  void batchesThatDoNotFitSaySo() {
    Map<Integer, Long> entries =
        IntStream.range(0, 5).boxed().collect(Collectors.toMap(i -> i, i -> (long) i));
    BpfException full = assertThrows(BpfException.class, () -> small().putAll(entries));
    assertEquals("E2BIG", full.errnoName());
    assertEquals(4, small().snapshot().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"small_hash", "lru", "array"})
  void scansByBatches(String name) {
    assertTrue(scan(name, 4).isBatched());
  }

  @Test
  void prefixesAreScannedByBatches() {
    BpfMap<Long, Integer> map = object.map("prefixes", MapCodec.u64(), MapCodec.u32());
    Map<Long, Integer> entries = new HashMap<>();
    for (long i = 0; i < 100; i++) {
      // struct bpf_lpm_trie_key: prefix length in bits, then the address
      entries.put((i << 32) | 32, (int) i);
    }
    map.putAll(entries);
    assertEquals(entries, map.snapshot());
    assertEquals(100, map.removeAll(entries.keySet()));
  }

  @Test
  void mapsWithoutBatchesAreHandledKeyByKey() {
    BpfMap<Integer, Integer> map = object.map("devices", MapCodec.u32(), MapCodec.u32());
    int loopback = 1;
    Map<Integer, Integer> entries = Map.of(2, loopback, 5, loopback);
    map.putAll(entries);
    assertEquals(entries, map.snapshot());
    MapScanner scanner = map.raw().scanner();
    assertEquals(2, scanner.scan((_, _, _, _) -> {}));
    assertFalse(scanner.isBatched());
    assertEquals(2, scanner.scan((_, _, _, _) -> {}));
    map.remove(2);
    map.removeAll(List.of(5));
    assertTrue(map.snapshot().isEmpty());
  }

  private MapScanner scan(String name, int count) {
    BpfMap<Integer, Long> map = object.map(name, MapCodec.u32(), MapCodec.u64());
    IntStream.range(0, count).forEach(i -> map.put(i, i + 100L));
    MapScanner scanner = map.raw().scanner();
    Map<Integer, Long> seen = new HashMap<>();
    long visited =
        scanner.scan((keys, keyOffset, values, valueOffset) ->
            seen.put(keys.get(JAVA_INT, keyOffset), values.get(JAVA_LONG, valueOffset)));
    assertEquals(seen.size(), visited);
    IntStream.range(0, count).forEach(i -> assertEquals(i + 100L, seen.get(i)));
    assertEquals(visited, map.snapshot().size());
    return scanner;
  }

  @Test
  void perCpuMapsKeepAValueForEachCpu() {
    PerCpuMap<Integer, Integer> map = object.perCpuMap("cpu_hash", MapCodec.u32(), MapCodec.u32());
    int cpus = Libbpf.possibleCpus();
    List<Integer> values = IntStream.range(0, cpus).mapToObj(cpu -> 1000 + cpu).toList();
    assertTrue(map.update(5, values, UpdateMode.ANY));
    assertEquals(Optional.of(values), map.get(5));
    assertTrue(map.updateAllCpus(6, 9, UpdateMode.IF_ABSENT));
    Map<Integer, List<Integer>> seen = new HashMap<>();
    assertEquals(2, map.forEach(seen::put));
    assertEquals(Map.of(5, values, 6, Collections.nCopies(cpus, 9)), seen);
    assertTrue(map.remove(5));
    assertEquals(Optional.empty(), map.get(5));
    assertThrows(
        IllegalArgumentException.class,
        () -> map.update(5, Collections.nCopies(cpus + 1, 0), UpdateMode.ANY));
  }

  @Test
  void manyPerCpuEntriesComeInBatches() {
    PerCpuMap<Integer, Long> map = object.perCpuMap("lru_cpu_hash", MapCodec.u32(), MapCodec.u64());
    for (int i = 0; i < 500; i++) {
      map.updateAllCpus(i, (long) i, UpdateMode.ANY);
    }
    Set<Integer> keys = new HashSet<>();
    map.forEach((key, values) -> {
      keys.add(key);
      values.forEach(value -> assertEquals((long) key, value));
    });
    assertEquals(500, keys.size());
    MapScanner scanner = map.raw().scanner();
    assertEquals(500, scanner.scan((_, _, _, _) -> {}));
    assertTrue(scanner.isBatched());
  }

  @Test
  void programsAndUserSpaceSeeTheSameMemory() {
    PerCpuMap<Integer, Pair> cpuArray = object.perCpuMap("cpu_array", MapCodec.u32(), PAIR);
    MemorySegment mapped = object.map("mapped_array").memory(true);
    assertEquals(1500 * 8L, mapped.byteSize());
    mapped.set(JAVA_INT, 3 * 8, 40);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocateFrom(JAVA_INT, 3, 2);
      object.program("count").testRun(request);
    }
    assertEquals(42, mapped.get(JAVA_INT, 3 * 8));
    assertEquals(2, cpuArray.get(3).orElseThrow().stream().mapToLong(Pair::left).sum());
    assertEquals(42, object.map("mapped_array").memory(false).get(JAVA_INT, 3 * 8));
    assertThrows(IllegalStateException.class, () -> object.map("hash").memory(true));
  }

  @Test
  void theRawMapAllocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    RawMap map = object.map("small_hash");
    MapScanner scanner = map.scanner();
    long[] sum = new long[1];
    MapScanner.EntryVisitor visitor =
        (_, _, values, offset) -> sum[0] += values.get(JAVA_LONG, offset);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment key = arena.allocateFrom(JAVA_INT, 1);
      MemorySegment value = arena.allocate(8, 8);
      long allocated = 0;
      for (int round = 0; round < 20; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 5000; i++) {
          value.set(JAVA_LONG, 0, i);
          assertTrue(map.update(key, value, UpdateMode.ANY));
          assertTrue(map.lookup(key, value));
          scanner.scan(visitor);
        }
        if (round >= 10) {
          allocated += threads.getCurrentThreadAllocatedBytes() - before;
        }
      }
      assertEquals(20L * 5000 * 4999 / 2, sum[0]);
      assertTrue(allocated < 100_000, allocated + " bytes allocated in 150,000 calls");
    }
  }

  @Test
  void aTypedMapMayBeSharedByThreads() throws Exception {
    BpfMap<Integer, Pair> map = object.map("hash", MapCodec.u32(), PAIR);
    List<CompletableFuture<Void>> workers = new ArrayList<>();
    for (int worker = 0; worker < 4; worker++) {
      int base = worker * 1000;
      workers.add(
          CompletableFuture.runAsync(() -> {
            for (int i = base; i < base + 1000; i++) {
              map.put(i, new Pair(i, -i));
              assertEquals(Optional.of(new Pair(i, -i)), map.get(i));
            }
          }));
    }
    for (CompletableFuture<Void> worker : workers) {
      worker.get();
    }
    assertEquals(4000, map.snapshot().size());
  }

  @Test
  void wrongSizesAndUsesAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> object.map("hash", MapCodec.u32(), MapCodec.u64()));
    assertThrows(
        IllegalArgumentException.class,
        () -> object.map("cpu_hash", MapCodec.u32(), MapCodec.u32()));
    assertThrows(
        IllegalArgumentException.class, () -> object.perCpuMap("hash", MapCodec.u32(), PAIR));
    RawMap map = object.map("hash");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment four = arena.allocate(4);
      assertThrows(IllegalArgumentException.class, () -> map.lookup(four, four));
      assertThrows(
          IllegalArgumentException.class,
          () -> map.update(arena.allocate(3), arena.allocate(16), UpdateMode.ANY));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> object.map("cpu_hash", MapCodec.u32(), MapCodec.bytes(4)));
  }

  @Test
  void aClosedObjectsMapsAreRefused() {
    BpfMap<Integer, Long> map = small();
    RawMap raw = object.map("hash");
    MemorySegment mapped = object.map("mapped_array").memory(true);
    object.close();
    assertThrows(IllegalStateException.class, () -> map.get(1));
    assertThrows(IllegalStateException.class, raw::fd);
    assertThrows(IllegalStateException.class, raw::scanner);
    assertThrows(IllegalStateException.class, () -> mapped.get(JAVA_INT, 0));
  }

  @Test
  void closingWaitsForTypedCallsInFlight() throws Exception {
    BpfMap<Integer, Long> map = small();
    CompletableFuture<Long> calls =
        CompletableFuture.supplyAsync(() -> {
          long done = 0;
          try {
            while (true) {
              map.put(1, done++);
            }
          } catch (IllegalStateException closed) {
            return done;
          }
        });
    while (map.get(1).isEmpty()) {
      Thread.onSpinWait();
    }
    object.close();
    assertTrue(calls.get() > 0);
  }
}
