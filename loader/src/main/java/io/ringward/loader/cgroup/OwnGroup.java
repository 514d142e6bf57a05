/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import io.ringward.loader.cgroup.Hierarchies.Group;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Looks for the group that a subject has to itself: all its processes are in it or below it, and
 * nobody else is. A process that shares its group is not moved out of it: its id, its unit and its
 * limits would change.
 */
final class OwnGroup {
  private OwnGroup() {}

  /** What was found: a group, or why there is none. */
  record Found(Optional<Group> group, String why) {
    static Found none(String why) {
      return new Found(Optional.empty(), why);
    }
  }

  /** A subject that forks while we look shows children that we did not know of: we look again. */
  private static final int MOST_LOOKS = 5;

  /**
   * Looks.
   *
   * @param controller whose hierarchy is looked at; {@code ""} for version 2 itself
   * @param members gives the pids of the subject's live processes
   */
  static Found find(
      Hierarchies hierarchies, String controller, Supplier<Collection<Integer>> members)
      throws IOException {
    Found found = look(hierarchies, controller, members);
    for (int looks = 1; looks < MOST_LOOKS && found.group().isEmpty(); looks++) {
      found = look(hierarchies, controller, members);
    }
    return found;
  }

  private static Found look(
      Hierarchies hierarchies, String controller, Supplier<Collection<Integer>> members)
      throws IOException {
    Optional<Group> common = Optional.empty();
    for (int pid : members.get()) {
      Optional<Group> group = hierarchies.of(controller, pid);
      if (group.isEmpty()) {
        if (Files.exists(Path.of("/proc/" + pid))) {
          return Found.none(hierarchies.whyWithout(controller, pid));
        }
        continue; // It has just ended.
      }
      common = common.isEmpty() ? group : Optional.of(nearestCommon(common.get(), group.get()));
    }
    if (common.isEmpty()) {
      return Found.none("none of its processes live any more");
    }
    Group group = common.get();
    if (group.isRoot()) {
      return Found.none("its processes are in the root group" + of(controller));
    }
    Set<Integer> strangers = processes(group.directory());
    // Asked for again, after the group: whoever was in it then and is the subject's is known now,
    // however fast the subject forks.
    strangers.removeAll(Set.copyOf(members.get()));
    strangers.removeIf(pid -> !Files.exists(Path.of("/proc/" + pid)));
    return strangers.isEmpty()
        ? new Found(common, "")
        : Found.none(
            "it shares the group "
                + group.path()
                + of(controller)
                + " with process "
                + strangers.iterator().next()
                + " and does not have it to itself");
  }

  private static String of(String controller) {
    return controller.isEmpty() ? "" : " of controller " + controller;
  }

  private static Group nearestCommon(Group one, Group other) {
    if (one.path().equals(other.path())) {
      return one;
    }
    Path path = Path.of(one.path());
    Path wanted = Path.of(other.path());
    Path directory = one.directory();
    while (!wanted.startsWith(path)) {
      path = path.getParent();
      directory = directory.getParent();
    }
    return new Group(directory, path.toString(), one.version());
  }

  /** The pids in a group and below it. */
  static Set<Integer> processes(Path group) throws IOException {
    Set<Integer> pids = new HashSet<>();
    try (Stream<Path> directories = Files.walk(group)) {
      for (Path directory : directories.filter(Files::isDirectory).toList()) {
        try {
          for (String pid : Files.readAllLines(directory.resolve("cgroup.procs"))) {
            pids.add(Integer.parseInt(pid.strip()));
          }
        } catch (NoSuchFileException e) {
          continue; // The group was removed under the walk: it holds nobody.
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return pids;
  }
}
