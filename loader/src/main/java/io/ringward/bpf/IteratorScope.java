/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Over what an iterator runs: {@code union bpf_iter_link_info} of {@code linux/bpf.h}. */
public sealed interface IteratorScope {
  /** Over all that the iterator's kind has: all tasks, all sockets, all maps. */
  record Everything() implements IteratorScope {}

  /** Over the elements of one map ({@code iter/bpf_map_elem}). */
  record Elements(RawMap map) implements IteratorScope {}

  /** Over the threads of one process, or what they have open (Linux 6.1 and later). */
  record TasksOf(int pid) implements IteratorScope {}

  /** The options for bpf_program__attach_iter. */
  private static MemorySegment options(Arena arena, int... linkInfo) {
    var layout = LibbpfStructs.ITER_ATTACH_OPTS;
    MemorySegment opts = LibbpfStructs.allocateOpts(arena, layout);
    LibbpfStructs.setPointer(opts, layout, "link_info", arena.allocateFrom(JAVA_INT, linkInfo));
    LibbpfStructs.setInt(opts, layout, "link_info_len", linkInfo.length * Integer.BYTES);
    return opts;
  }

  /** For {@link BpfProgram#iterator}: NULL, or native memory from that arena. */
  default MemorySegment attachOpts(Arena arena) {
    return switch (this) {
      case Everything _ -> MemorySegment.NULL;
      case Elements(RawMap map) -> options(arena, map.fd());
      // The kernel takes either a thread (first word) or a process (second), then a pidfd.
      case TasksOf(int pid) -> options(arena, 0, pid, 0);
    };
  }
}
