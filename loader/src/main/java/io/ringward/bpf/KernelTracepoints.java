/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** Which tracepoints the running kernel's BTF describes, so that tp_btf programs can attach. */
public final class KernelTracepoints {
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
}
