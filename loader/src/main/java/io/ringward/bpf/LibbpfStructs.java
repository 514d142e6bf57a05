/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/**
 * The structs that go into and come out of libbpf and the kernel, laid out as the LP64 compilers
 * do. Those named {@code …_OPTS} start with their own size, by which libbpf knows what its caller
 * knows. {@code LibbpfStructsTest} compares them with what the C compiler says.
 */
final class LibbpfStructs {
  static final StructLayout OBJECT_OPEN_OPTS =
      MemoryLayout.structLayout(
              JAVA_LONG.withName("sz"),
              ADDRESS.withName("object_name"),
              JAVA_BYTE.withName("relaxed_maps"),
              MemoryLayout.paddingLayout(7),
              ADDRESS.withName("pin_root_path"),
              MemoryLayout.paddingLayout(8),
              ADDRESS.withName("kconfig"),
              ADDRESS.withName("btf_custom_path"),
              ADDRESS.withName("kernel_log_buf"),
              JAVA_LONG.withName("kernel_log_size"),
              JAVA_INT.withName("kernel_log_level"),
              MemoryLayout.paddingLayout(4))
          .withName("bpf_object_open_opts");

  static final StructLayout TEST_RUN_OPTS =
      MemoryLayout.structLayout(
              JAVA_LONG.withName("sz"),
              ADDRESS.withName("data_in"),
              ADDRESS.withName("data_out"),
              JAVA_INT.withName("data_size_in"),
              JAVA_INT.withName("data_size_out"),
              ADDRESS.withName("ctx_in"),
              ADDRESS.withName("ctx_out"),
              JAVA_INT.withName("ctx_size_in"),
              JAVA_INT.withName("ctx_size_out"),
              JAVA_INT.withName("retval"),
              JAVA_INT.withName("repeat"),
              JAVA_INT.withName("duration"),
              JAVA_INT.withName("flags"),
              JAVA_INT.withName("cpu"),
              JAVA_INT.withName("batch_size"))
          .withName("bpf_test_run_opts");

  static final StructLayout PROG_LOAD_OPTS =
      MemoryLayout.structLayout(
              JAVA_LONG.withName("sz"),
              JAVA_INT.withName("attempts"),
              JAVA_INT.withName("expected_attach_type"),
              JAVA_INT.withName("prog_btf_fd"),
              JAVA_INT.withName("prog_flags"),
              JAVA_INT.withName("prog_ifindex"),
              JAVA_INT.withName("kern_version"),
              JAVA_INT.withName("attach_btf_id"),
              JAVA_INT.withName("attach_prog_fd"),
              JAVA_INT.withName("attach_btf_obj_fd"),
              MemoryLayout.paddingLayout(4),
              ADDRESS.withName("fd_array"),
              ADDRESS.withName("func_info"),
              JAVA_INT.withName("func_info_cnt"),
              JAVA_INT.withName("func_info_rec_size"),
              ADDRESS.withName("line_info"),
              JAVA_INT.withName("line_info_cnt"),
              JAVA_INT.withName("line_info_rec_size"),
              JAVA_INT.withName("log_level"),
              JAVA_INT.withName("log_size"),
              ADDRESS.withName("log_buf"))
          .withName("bpf_prog_load_opts");

  static final StructLayout ITER_ATTACH_OPTS =
      MemoryLayout.structLayout(
              JAVA_LONG.withName("sz"),
              ADDRESS.withName("link_info"),
              JAVA_INT.withName("link_info_len"),
              MemoryLayout.paddingLayout(4))
          .withName("bpf_iter_attach_opts");

  static final StructLayout TRACEPOINT_OPTS =
      MemoryLayout.structLayout(JAVA_LONG.withName("sz"), JAVA_LONG.withName("bpf_cookie"))
          .withName("bpf_tracepoint_opts");

  /** The part of the kernel's struct bpf_prog_info up to 5.16's verified_insns. */
  static final StructLayout PROG_INFO =
      MemoryLayout.structLayout(
              JAVA_INT.withName("type"),
              JAVA_INT.withName("id"),
              MemoryLayout.paddingLayout(184),
              JAVA_LONG.withName("run_time_ns"),
              JAVA_LONG.withName("run_cnt"),
              JAVA_LONG.withName("recursion_misses"),
              JAVA_INT.withName("verified_insns"),
              MemoryLayout.paddingLayout(4))
          .withName("bpf_prog_info");

  /** The kernel's struct bpf_link_info as a link of a cgroup has it. */
  static final StructLayout CGROUP_LINK_INFO =
      MemoryLayout.structLayout(
              JAVA_INT.withName("type"),
              JAVA_INT.withName("id"),
              JAVA_INT.withName("prog_id"),
              MemoryLayout.paddingLayout(4),
              JAVA_LONG.withName("cgroup_id"),
              JAVA_INT.withName("attach_type"),
              MemoryLayout.paddingLayout(4))
          .withName("bpf_link_info");

  /** The first members of the kernel's struct bpf_map_info. */
  static final StructLayout MAP_INFO =
      MemoryLayout.structLayout(
              JAVA_INT.withName("type"),
              JAVA_INT.withName("id"),
              JAVA_INT.withName("key_size"),
              JAVA_INT.withName("value_size"),
              JAVA_INT.withName("max_entries"),
              JAVA_INT.withName("map_flags"))
          .withName("bpf_map_info");

  private LibbpfStructs() {}

  /** A zeroed struct whose first member is set to its size. */
  static MemorySegment allocateOpts(SegmentAllocator allocator, StructLayout layout) {
    MemorySegment opts = allocator.allocate(layout);
    opts.set(JAVA_LONG, 0, layout.byteSize());
    return opts;
  }

  static void setInt(MemorySegment struct, StructLayout layout, String member, int value) {
    struct.set(JAVA_INT, offset(layout, member), value);
  }

  static void setLong(MemorySegment struct, StructLayout layout, String member, long value) {
    struct.set(JAVA_LONG, offset(layout, member), value);
  }

  static void setPointer(
      MemorySegment struct, StructLayout layout, String member, MemorySegment value) {
    struct.set(ADDRESS, offset(layout, member), value);
  }

  static int getInt(MemorySegment struct, StructLayout layout, String member) {
    return struct.get(JAVA_INT, offset(layout, member));
  }

  static long getLong(MemorySegment struct, StructLayout layout, String member) {
    return struct.get(JAVA_LONG, offset(layout, member));
  }

  private static long offset(StructLayout layout, String member) {
    return layout.byteOffset(PathElement.groupElement(member));
  }
}
