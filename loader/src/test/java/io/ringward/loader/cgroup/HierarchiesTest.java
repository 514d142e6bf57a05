/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Mounts as the kernel writes them. */
final class HierarchiesTest {
  @Test
  void bothVersionsAreFoundAndBlanksReadBack() {
    Hierarchies read =
        Hierarchies.parse(
            List.of(
                "30 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct",
                "31 24 0:28 / /a\\040b rw shared:9 - cgroup2 cgroup2 rw,nsdelegate",
                "32 24 0:29 / /proc rw - proc proc rw"));
    assertEquals(Optional.of(Path.of("/a b")), read.versionTwo());
    assertEquals(Path.of("/sys/fs/cgroup/cpu,cpuacct"), read.versionOne().get("cpu"));
    assertEquals(Path.of("/sys/fs/cgroup/cpu,cpuacct"), read.versionOne().get("cpuacct"));
  }

  @Test
  void aMachineWithoutHierarchiesHasNone() {
    Hierarchies read = Hierarchies.parse(List.of("32 24 0:29 / /proc rw - proc proc rw", "junk"));
    assertTrue(read.versionTwo().isEmpty());
    assertTrue(read.versionOne().isEmpty());
  }
}
