/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The effective capabilities of a process as the bit set that {@code /proc/PID/status} shows
 * (capabilities(7)).
 *
 * @param effective bit n is set when the capability with number n is held
 */
public record Capabilities(long effective) {
  private static final int CAP_NET_ADMIN = 12;
  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_PERFMON = 38;
  private static final int CAP_BPF = 39;

  /** Those of this JVM; all of them when /proc cannot be read, so that none is reported missing. */
  public static Capabilities ofThisProcess() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      Optional<String> line = lines.filter(text -> text.startsWith("CapEff:")).findFirst();
      return new Capabilities(
          line.map(text -> Long.parseUnsignedLong(text.substring(7).strip(), 16)).orElse(-1L));
    } catch (IOException e) {
      return new Capabilities(-1L);
    }
  }

  /** The names of those that loading tracing and cgroup programs needs and that are not held. */
  public List<String> missingForBpf() {
    List<String> missing = new ArrayList<>();
    // CAP_SYS_ADMIN stands in for the finer ones (capabilities(7), since Linux 5.8).
    if (!holds(CAP_SYS_ADMIN)) {
      if (!holds(CAP_BPF)) {
        missing.add("CAP_BPF");
      }
      if (!holds(CAP_PERFMON)) {
        missing.add("CAP_PERFMON");
      }
      if (!holds(CAP_NET_ADMIN)) {
        missing.add("CAP_NET_ADMIN");
      }
    }
    return List.copyOf(missing);
  }

  private boolean holds(int capability) {
    return (effective >>> capability & 1) != 0;
  }
}
