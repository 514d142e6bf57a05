/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of BPF map: {@code enum bpf_map_type} of {@code linux/bpf.h}. */
public enum MapType {
  /** One that is newer than this list. */
  UNKNOWN(-1),
  HASH(1),
  ARRAY(2),
  PROG_ARRAY(3),
  PERF_EVENT_ARRAY(4),
  PERCPU_HASH(5),
  PERCPU_ARRAY(6),
  STACK_TRACE(7),
  CGROUP_ARRAY(8),
  LRU_HASH(9),
  LRU_PERCPU_HASH(10),
  LPM_TRIE(11),
  ARRAY_OF_MAPS(12),
  HASH_OF_MAPS(13),
  DEVMAP(14),
  SOCKMAP(15),
  CPUMAP(16),
  XSKMAP(17),
  SOCKHASH(18),
  CGROUP_STORAGE(19),
  REUSEPORT_SOCKARRAY(20),
  PERCPU_CGROUP_STORAGE(21),
  QUEUE(22),
  STACK(23),
  SK_STORAGE(24),
  DEVMAP_HASH(25),
  STRUCT_OPS(26),
  RINGBUF(27),
  INODE_STORAGE(28),
  TASK_STORAGE(29),
  BLOOM_FILTER(30),
  USER_RINGBUF(31),
  CGROUP_LOCAL_STORAGE(32),
  ARENA(33);

  private static final Map<Integer, MapType> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(MapType::code, Function.identity()));

  private final int code;

  MapType(int code) {
    this.code = code;
  }

  /** The kernel's number. */
  public int code() {
    return code;
  }

  /** Whether the map keeps a value for each possible CPU below one key. */
  public boolean isPerCpu() {
    return switch (this) {
      case PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH, PERCPU_CGROUP_STORAGE -> true;
      default -> false;
    };
  }

  static MapType ofCode(int code) {
    return BY_CODE.getOrDefault(code, UNKNOWN);
  }
}
