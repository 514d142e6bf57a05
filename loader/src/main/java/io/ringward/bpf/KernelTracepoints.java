/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which tracepoints the running kernel's BTF describes, so that tp_btf programs can attach. */
public final class KernelTracepoints {
  /** Where libbpf looks. */
  private static final List<Path> TRACEFS =
      List.of(Path.of("/sys/kernel/debug/tracing"), Path.of("/sys/kernel/tracing"));

  private KernelTracepoints() {}

  /**
   * Those of these names that there are. Reads all of the kernel's BTF: milliseconds.
   *
   * @param names such as {@code sched_switch}
   */
  public static Set<String> among(Collection<String> names) {
    Libbpf.require();
    try (KernelBtf btf = new KernelBtf()) {
      return names.stream().filter(name -> btf.tracepoint(name) > 0).collect(Collectors.toSet());
    }
  }

  /**
   * Whether tracefs, at one of its usual places, has a tracepoint of a system call.
   *
   * @param name such as {@code sys_enter_bpf}
   */
  public static boolean isSystem(String name) {
    return TRACEFS.stream().anyMatch(root -> Files.exists(root.resolve("events/syscalls/" + name)));
  }
}
