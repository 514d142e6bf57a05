/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.host;

import io.ringward.bpf.Cgroup2Mount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The version 2 control group hierarchy, wherever it is mounted: names of ids and ids of names. The
 * id that the kernel's programs see ({@code cgroup_id()}) is the inode number of the group's folder
 * (kernfs, 64-bit). Thread-safe; names are kept for a while and looked for at most once a second.
 */
public final class ControlGroups {
  private static final int MOST_NAMES = 8192;
  private static final int MOST_FOLDERS = 20_000;
  private static final long RESCAN_NANOS = 1_000_000_000L;

  private final Path root;
  private final Map<Long, String> names =
      new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
          return size() > MOST_NAMES;
        }
      };
  private long scannedNanos = System.nanoTime() - RESCAN_NANOS;

  public ControlGroups(Path root) {
    this.root = root;
  }

  /** The hierarchy of this machine; empty when no version 2 hierarchy is mounted. */
  public static Optional<ControlGroups> ofHost() {
    return Cgroup2Mount.find().map(mount -> new ControlGroups(mount.path()));
  }

  /** Where the hierarchy is mounted. */
  public Path root() {
    return root;
  }

  /** The path below the root, {@code /} for the root itself; the id when there is no such group. */
  public synchronized String nameOf(long id) {
    String known = names.get(id);
    if (known != null) {
      return known;
    }
    long now = System.nanoTime();
    if (now - scannedNanos >= RESCAN_NANOS) {
      scannedNanos = now;
      scan();
      known = names.get(id);
    }
    return known == null ? Long.toUnsignedString(id) : known;
  }

  /** All that are there now, and others that were lately; a copy. Always looks. */
  public synchronized Map<Long, String> all() {
    scan();
    return Map.copyOf(names);
  }

  /** As {@link #nameOf}, but always looks: for an operator, not for the hot path. */
  public synchronized Optional<String> find(long id) {
    names.remove(id);
    scan();
    return Optional.ofNullable(names.get(id));
  }

  /**
   * The id of a group.
   *
   * @param path below the root of the hierarchy, or the full path of its folder
   */
  public OptionalLong idOf(String path) {
    Path given = Path.of(path).normalize();
    Path below = root.resolve(path.replaceFirst("^/+", "")).normalize();
    Path folder = given.startsWith(root) ? given : below;
    try {
      if (folder.startsWith(root) && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        return OptionalLong.of(inode(folder));
      }
    } catch (IOException e) {
      // It went away in between: there is no such group.
    }
    return OptionalLong.empty();
  }

  private void scan() {
    Deque<Path> folders = new ArrayDeque<>();
    folders.add(root);
    for (int seen = 0; seen < MOST_FOLDERS && !folders.isEmpty(); seen++) {
      Path folder = folders.poll();
      try {
        names.put(inode(folder), folder.equals(root) ? "/" : "/" + root.relativize(folder));
        try (DirectoryStream<Path> below =
            Files.newDirectoryStream(
                folder, path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))) {
          below.forEach(folders::add);
        }
      } catch (IOException | UncheckedIOException | java.nio.file.DirectoryIteratorException e) {
        // The group was removed while it was looked at.
      }
    }
  }

  private static long inode(Path folder) throws IOException {
    return (Long) Files.getAttribute(folder, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }
}
