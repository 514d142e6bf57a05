/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What no agent can do without, found out before anything is touched. */
public final class Preconditions {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final int LEAST_MAJOR = 5;
  private static final int LEAST_MINOR = 15;

  private Preconditions() {}

  /** What is not in order, and what to do about it; empty when an agent can be tried. */
  public static Optional<String> missing() {
    return notRoot()
        .or(() -> tooOld(System.getProperty("os.version")))
        .or(() ->
            noTypeInformation(Path.of("/sys/kernel/btf/vmlinux"))
                .or(Preconditions::noControlGroups));
  }

  static Optional<String> notRoot() {
    try {
      if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
        return Optional.empty();
      }
    } catch (IOException e) {
      return Optional.of("/proc cannot be read: mount it (mount -t proc proc /proc)");
    }
    return Optional.of("only root may load eBPF programs: run this as root");
  }

  static Optional<String> tooOld(String release) {
    Matcher numbers = RELEASE.matcher(release);
    if (numbers.matches()) {
      int major = Integer.parseInt(numbers.group(1));
      int minor = Integer.parseInt(numbers.group(2));
      if (major > LEAST_MAJOR || (major == LEAST_MAJOR && minor >= LEAST_MINOR)) {
        return Optional.empty();
      }
    }
    return Optional.of(
        "the kernel is "
            + release
            + ", and Ringward needs 5.15 or later: Debian 12's own (6.1) will do");
  }

  static Optional<String> noTypeInformation(Path file) {
    return Files.isReadable(file)
        ? Optional.empty()
        : Optional.of(
            "the kernel has no type information ("
                + file
                + "): it must be built with CONFIG_DEBUG_INFO_BTF=y, as Debian's kernels are");
  }

  private static Optional<String> noControlGroups() {
    return ControlGroups.ofHost().isPresent()
        ? Optional.empty()
        : Optional.of(
            "no version 2 control group hierarchy is mounted: mkdir -p /sys/fs/cgroup/unified"
                + " && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified");
  }
}
