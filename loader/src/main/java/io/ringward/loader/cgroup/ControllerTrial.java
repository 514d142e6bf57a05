/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import io.ringward.kernel.Operation;
import io.ringward.loader.cgroup.Hierarchies.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/** Tries in an empty group of its own what controllers do on this machine. */
public final class ControllerTrial {
  private static final double HALF = 0.5;
  private static final long MEBIBYTE = 1 << 20;

  private final Hierarchies hierarchies;

  ControllerTrial(Hierarchies hierarchies) {
    this.hierarchies = hierarchies;
  }

  /**
   * The name of the controller that an operation is throttled by; version 1 calls one otherwise.
   */
  static String controller(Hierarchies hierarchies, Operation operation) {
    return switch (operation) {
      case CPU -> "cpu";
      case MEMORY -> "memory";
      case IO -> hierarchies.versionOne().containsKey("blkio") ? "blkio" : "io";
      case CONNECT,
          BIND,
          EXEC,
          FORK,
          OPEN,
          UNLINK,
          RENAME,
          SEND,
          MEMORY_EXEC,
          MODULE_LOAD,
          PTRACE,
          BPF,
          MOUNT,
          SETUID ->
          throw new IllegalArgumentException("no controller is about " + operation);
    };
  }

  /** Version 1 or 2: where an operation's controller would be. */
  public int version(Operation operation) {
    return hierarchies.versionOne().containsKey(controller(hierarchies, operation)) ? 1 : 2;
  }

  private interface Trial {
    String whyNot(Group group) throws IOException, InterruptedException;
  }

  private String inGroup(Path parent, int version, Trial trial) {
    Path directory = parent.resolve("ringward-probe-" + ProcessHandle.current().pid());
    try {
      Files.createDirectory(directory);
      try {
        return trial.whyNot(new Group(directory, "/" + directory.getFileName(), version));
      } finally {
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      return "no group can be made or used there: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /**
   * Whether a group can be held in its use of processors, memory or block devices.
   *
   * @return why not, or empty when it can
   */
  public String whyNoLimit(Operation operation) {
    String controller = controller(hierarchies, operation);
    int version = version(operation);
    Path parent =
        version == 1
            ? hierarchies.versionOne().get(controller)
            : hierarchies.versionTwo().orElse(null);
    if (parent == null) {
      return "no hierarchy of this machine has the controller " + controller;
    }
    return inGroup(
        parent,
        version,
        group -> {
          if (version == 2 && !Hierarchies.has(group, controller)) {
            return Hierarchies.has(new Group(parent, "/", 2), controller)
                ? "the controller %s is not enabled below %s".formatted(controller, parent)
                : "no hierarchy of this machine has the controller " + controller;
          }
          return limit(new ArrayList<>(), group, operation).isEmpty()
              ? controller + " took a limit and does not show it"
              : "";
        });
  }

  /** Sets one limit; "" when nothing of it is to be seen. */
  private static String limit(ArrayList<Knob> knobs, Group group, Operation operation)
      throws IOException {
    String what =
        switch (operation) {
          case CPU -> Limits.processor(knobs, group, HALF);
          case MEMORY -> Limits.memory(knobs, group);
          case IO -> Limits.inputOutput(knobs, group, MEBIBYTE);
          case CONNECT,
              BIND,
              EXEC,
              FORK,
              OPEN,
              UNLINK,
              RENAME,
              SEND,
              MEMORY_EXEC,
              MODULE_LOAD,
              PTRACE,
              BPF,
              MOUNT,
              SETUID ->
              "";
        };
    boolean kept = !knobs.isEmpty();
    for (Knob knob : knobs) {
      kept &= !knob.written().equals(knob.before()) && !knob.written().isEmpty();
    }
    return kept ? what : "";
  }

  /**
   * Whether a limit on tasks works here: a child in a group of our own may not fork.
   *
   * @return why not, or empty when it does
   */
  public String whyNoForkLimit() {
    Path mount = hierarchies.versionOne().get("pids");
    Path parent = mount != null ? mount : hierarchies.versionTwo().orElse(null);
    if (parent == null) {
      return "no hierarchy of this machine has the controller pids";
    }
    return inGroup(
        parent,
        mount != null ? 1 : 2,
        group -> {
          Path limit = group.directory().resolve("pids.max");
          if (!Files.exists(limit)) {
            return "the groups of " + parent + " do not have the controller pids";
          }
          Files.writeString(limit, "1");
          return forks(group.directory()) ? "a limit on tasks is set and not kept" : "";
        });
  }

  /**
   * Whether groups can be frozen here: an empty one of our own is.
   *
   * @return why not, or empty when they can
   */
  public String whyNoFreezer() {
    if (hierarchies.versionTwo().isEmpty()) {
      return "no cgroup2 hierarchy is mounted";
    }
    return inGroup(
        hierarchies.versionTwo().get(),
        2,
        group -> {
          Path freezer = group.directory().resolve("cgroup.freeze");
          if (!Files.exists(freezer)) {
            return "its groups have no cgroup.freeze";
          }
          Files.writeString(freezer, "1");
          return Knob.read(group.directory().resolve("cgroup.events")).contains("frozen 1")
              ? ""
              : "a group that is to be frozen is not";
        });
  }

  private static boolean forks(Path group) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "echo $$ >\"$1\" || exit 9; (exit 0)",
                "sh",
                group + "/cgroup.procs")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int status = child.waitFor();
    if (status == 9) {
      throw new IOException("a process cannot be moved into " + group);
    }
    return status == 0;
  }
}
