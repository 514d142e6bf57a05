/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which hierarchy holds which controller on this machine: version 1 mounts, the version 2 mount, or
 * both beside each other. Immutable; read once, since mounts of hierarchies do not move.
 *
 * @param versionOne the mount of each controller that is bound to version 1
 * @param versionTwo the mount of the version 2 hierarchy
 */
public record Hierarchies(Map<String, Path> versionOne, Optional<Path> versionTwo) {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  public Hierarchies {
    versionOne = Map.copyOf(versionOne);
  }

  /**
   * A group that a process is in.
   *
   * @param directory of the group
   * @param path of the group below the root of its hierarchy, {@code /} for the root itself
   * @param version of its hierarchy, 1 or 2
   */
  public record Group(Path directory, String path, int version) {
    /** Whether it is the root, which is nobody's own. */
    public boolean isRoot() {
      return path.equals("/");
    }
  }

  /** Reads this process's mounts. */
  public static Hierarchies find() throws IOException {
    return parse(Files.readAllLines(MOUNTS));
  }

  /** Reads lines of mountinfo: proc(5), Documentation/filesystems/proc.rst section 3.5. */
  static Hierarchies parse(List<String> mountinfo) {
    Map<String, Path> versionOne = new HashMap<>();
    Optional<Path> versionTwo = Optional.empty();
    for (String line : mountinfo) {
      int dash = line.indexOf(" - ");
      if (dash < 0) {
        continue;
      }
      String[] mount = line.substring(0, dash).split(" ");
      String[] system = line.substring(dash + 3).split(" ");
      Path point = Path.of(unescape(mount[4]));
      if (system[0].equals("cgroup2") && versionTwo.isEmpty()) {
        versionTwo = Optional.of(point);
      } else if (system[0].equals("cgroup")) {
        for (String option : system[2].split(",")) {
          versionOne.putIfAbsent(option, point);
        }
      }
    }
    return new Hierarchies(versionOne, versionTwo);
  }

  /** The kernel writes blanks in names as octal numbers: seq_path() in fs/seq_file.c. */
  private static String unescape(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }

  /**
   * The group of a process in the hierarchy of a controller.
   *
   * @param controller {@code cpu}, {@code pids}, …; {@code ""} for version 2 itself, whatever
   *     controllers it has
   * @return empty when the process is gone or no hierarchy has the controller
   */
  public Optional<Group> of(String controller, int pid) throws IOException {
    List<String> lines;
    try {
      lines = new ArrayList<>(Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")));
    } catch (IOException e) {
      return Optional.empty(); // It is gone.
    }
    Path mount = versionOne.get(controller);
    for (String line : lines) {
      String[] parts = line.split(":", 3);
      boolean two = parts[0].equals("0") && parts[1].isEmpty();
      if (mount != null && !two && List.of(parts[1].split(",")).contains(controller)) {
        return Optional.of(group(mount, parts[2], 1));
      }
      if (mount == null && two && versionTwo.isPresent()) {
        Group group = group(versionTwo.get(), parts[2], 2);
        return controller.isEmpty() || has(group, controller)
            ? Optional.of(group)
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Why a process is in no group that has a controller. */
  String whyWithout(String controller, int pid) {
    return versionTwo.isPresent() && isKnown(versionTwo.get(), controller)
        ? "the group of process "
            + pid
            + " does not have the controller "
            + controller
            + ": whoever manages the groups adds it by '+"
            + controller
            + "' in cgroup.subtree_control of the group above"
        : "no hierarchy of this machine has the controller " + controller;
  }

  private static boolean isKnown(Path mount, String controller) {
    try {
      return has(new Group(mount, "/", 2), controller);
    } catch (IOException e) {
      return false;
    }
  }

  private static Group group(Path mount, String path, int version) {
    return new Group(mount.resolve(path.substring(1)), path, version);
  }

  /** Whether a group of version 2 has a controller. */
  static boolean has(Group group, String controller) throws IOException {
    Path controllers = group.directory().resolve("cgroup.controllers");
    return Files.exists(controllers)
        && List.of(Files.readString(controllers).strip().split(" ")).contains(controller);
  }
}
