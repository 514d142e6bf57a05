/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the host's file tree is seen from here. In a container the host's programs are not at their
 * own paths: init's root leads to them, in the host's pid namespace and with CAP_SYS_PTRACE.
 *
 * @param path {@code /}, or init's root
 */
record HostRoot(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(HostRoot.class);
  private static final Path OWN = Path.of("/");
  private static final Path OF_INIT = Path.of("/proc/1/root");

  /** Looks where this process stands. */
  static HostRoot find() {
    try {
      return new HostRoot(Files.isSameFile(OWN, OF_INIT) ? OWN : OF_INIT);
    } catch (IOException e) {
      LOG.warn(
          "{} cannot be looked into ({}): programs that are to be protected are looked for in this"
              + " container's own files; run it with the host's pid namespace and CAP_SYS_PTRACE",
          OF_INIT,
          e.toString());
      return new HostRoot(OWN);
    }
  }

  /** Paths of the host as they are reached from here. */
  List<Path> resolve(List<Path> paths) {
    return paths.stream().map(file -> path.resolve(OWN.relativize(file))).toList();
  }

  /** What the host calls a file that {@link #resolve} has given: as it stands in /proc/PID/exe. */
  static String nameOnHost(Path resolved) {
    return OWN.resolve(resolved.startsWith(OF_INIT) ? OF_INIT.relativize(resolved) : resolved)
        .toString();
  }
}
