/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The running kernel's type information, parsed once: the ids by which programs name what they
 * attach to. Where the kernel has none, nothing is found. Not thread-safe.
 */
final class KernelBtf implements AutoCloseable {
  // enum of BTF_KIND_… in linux/btf.h
  private static final int KIND_TYPEDEF = 8;
  private static final int KIND_FUNCTION = 12;

  private final MemorySegment btf;

  KernelBtf() {
    this.btf = LibbpfNative.BTF_LOAD_VMLINUX.call();
  }

  /** The id of a tracepoint for tp_btf programs, or -errno. */
  int tracepoint(String name) {
    return find("btf_trace_" + name, KIND_TYPEDEF);
  }

  /** The id of an LSM hook for lsm programs, or -errno. */
  int securityHook(String name) {
    return find("bpf_lsm_" + name, KIND_FUNCTION);
  }

  /** The id of a kind of iterator for iter programs, or -errno. */
  int iterator(String name) {
    return find("bpf_iter_" + name, KIND_FUNCTION);
  }

  /** The id of a function of the kernel for fentry and its like, or -errno. */
  int function(String name) {
    return find(name, KIND_FUNCTION);
  }

  private int find(String name, int kind) {
    if (btf.address() == 0) {
      return -Errno.ENOENT;
    }
    try (Arena arena = Arena.ofConfined()) {
      return LibbpfNative.BTF_FIND_BY_NAME_KIND.call(btf, arena.allocateFrom(name), kind);
    }
  }

  @Override
  public void close() {
    LibbpfNative.BTF_FREE.call(btf);
  }
}
