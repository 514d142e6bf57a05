/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The eBPF programs that the kernel holds now, whoever loaded them. Thread-safe. */
public final class LoadedPrograms {
  private LoadedPrograms() {}

  /**
   * Whether a program of this id is loaded (kernel/bpf/syscall.c, {@code bpf_obj_get_next_id}). Ids
   * are not given again before all others were.
   *
   * @param id over 0
   * @throws BpfException when the kernel does not tell: it needs CAP_SYS_ADMIN
   */
  public static boolean contain(int id) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment next = arena.allocate(ValueLayout.JAVA_INT);
      int result = LibbpfNative.PROG_NEXT_ID.call(id - 1, next);
      if (result == -Errno.ENOENT) {
        return false;
      }
      if (result < 0) {
        throw BpfException.of("Ask for loaded programs", -result);
      }
      return next.get(ValueLayout.JAVA_INT, 0) == id;
    }
  }
}
