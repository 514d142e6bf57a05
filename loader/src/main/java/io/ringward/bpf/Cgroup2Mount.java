/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the cgroup2 hierarchy is mounted: found by type in {@code /proc/self/mountinfo} (proc(5)),
 * since it may be at {@code /sys/fs/cgroup}, below it beside cgroup v1, or anywhere else.
 *
 * @param path of the mount
 * @param root the cgroup that is seen at the path; {@code /} unless it is a container's view
 */
public record Cgroup2Mount(Path path, String root) {
  private static final Path MOUNT_INFO = Path.of("/proc/self/mountinfo");

  /** The mount that shows the root of the hierarchy, or else any; empty when there is none. */
  public static Optional<Cgroup2Mount> find() {
    try {
      return find(Files.readAllLines(MOUNT_INFO));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + MOUNT_INFO, e);
    }
  }

  static Optional<Cgroup2Mount> find(List<String> mountInfo) {
    List<Cgroup2Mount> found = new ArrayList<>();
    for (String line : mountInfo) {
      // ID parent major:minor root path options [optional fields] - type source superoptions
      int separator = line.indexOf(" - ");
      if (separator > 0 && line.startsWith("cgroup2 ", separator + 3)) {
        String[] fields = line.substring(0, separator).split(" ", -1);
        found.add(new Cgroup2Mount(Path.of(unescape(fields[4])), unescape(fields[3])));
      }
    }
    return found.stream()
        .filter(mount -> mount.root.equals("/"))
        .findFirst()
        .or(() -> found.stream().findFirst());
  }

  /** Space, tab, newline and backslash come as three octal digits after a backslash. */
  private static String unescape(String field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char character = field.charAt(i);
      if (character == '\\' && i + 4 <= field.length()) {
        text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(character);
      }
    }
    return text.toString();
  }
}
