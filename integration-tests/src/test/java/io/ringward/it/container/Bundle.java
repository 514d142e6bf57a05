/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.container;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An OCI bundle: what a container runtime makes of {@code --privileged --pid host --cgroupns host},
 * with the capabilities that the agent needs and no others. No rlimits and no resources: they need
 * CAP_SYS_RESOURCE and a version 1 or 2 hierarchy alone.
 */
final class Bundle {
  private static final List<String> CAPABILITIES =
      List.of(
          "CAP_BPF",
          "CAP_PERFMON",
          "CAP_SYS_ADMIN",
          "CAP_NET_ADMIN",
          "CAP_SYS_PTRACE",
          "CAP_KILL",
          "CAP_DAC_READ_SEARCH",
          "CAP_DAC_OVERRIDE");

  private Bundle() {}

  /**
   * Writes it.
   *
   * @param folder of the bundle
   * @param root of the container's file tree
   * @param shared a folder of the host that is seen in the container at the same path
   * @param arguments of the command
   */
  static void write(Path folder, Path root, Path shared, List<String> arguments)
      throws IOException {
    List<Map<String, Object>> mounts = new ArrayList<>();
    mounts.add(mount("/proc", "proc", "proc", List.of()));
    mounts.add(mount("/dev", "tmpfs", "tmpfs", List.of("mode=755", "size=65536k")));
    mounts.add(mount("/tmp", "tmpfs", "tmpfs", List.of("mode=1777")));
    mounts.add(mount("/var/log/ringward", "tmpfs", "tmpfs", List.of("mode=700")));
    mounts.add(mount("/sys", "bind", "/sys", List.of("rbind", "rw")));
    mounts.add(mount(shared.toString(), "bind", shared.toString(), List.of("rbind", "rw")));
    Map<String, Object> capabilities =
        Map.of("bounding", CAPABILITIES, "effective", CAPABILITIES, "permitted", CAPABILITIES);
    Map<String, Object> config =
        Map.of(
            "ociVersion",
            "1.0.2",
            "process",
            Map.of(
                "terminal",
                false,
                "user",
                Map.of("uid", 0, "gid", 0),
                "args",
                arguments,
                "env",
                List.of("PATH=/usr/bin:/usr/sbin", "LANG=C.UTF-8"),
                "cwd",
                "/",
                "capabilities",
                capabilities,
                "noNewPrivileges",
                true),
            "root",
            Map.of("path", root.toString(), "readonly", true),
            "hostname",
            "ringward-it",
            "mounts",
            mounts,
            "linux",
            // The pid, network and cgroup namespaces are the host's: they are not named.
            Map.of("namespaces", List.of(Map.of("type", "mount"), Map.of("type", "uts"))));
    Files.writeString(folder.resolve("config.json"), new ObjectMapper().writeValueAsString(config));
  }

  private static Map<String, Object> mount(
      String at, String type, String source, List<String> options) {
    return Map.of("destination", at, "type", type, "source", source, "options", options);
  }
}
