/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The version 2 hierarchy as directories. A cgroup's id is the inode number of its directory
 * (fs/kernfs: kernfs_ino() is the whole id on 64-bit machines).
 */
record ControlGroups(Path mount) {
  /** The root of a kernfs has inode 1 (kernfs_create_root in fs/kernfs/dir.c). */
  private static final long ROOT_ID = 1;

  /**
   * Whether the mount shows the root of the whole hierarchy. In a cgroup namespace a mount looks
   * like a root and is not: only the inode tells.
   */
  boolean isRoot() {
    try {
      return id(mount) == ROOT_ID;
    } catch (IOException e) {
      return false;
    }
  }

  /** The directory of a cgroup; empty when there is none of that id. */
  Optional<Path> find(long id) {
    Path[] found = new Path[1];
    walk(
        mount,
        (path, inode) -> {
          if (inode == id) {
            found[0] = path;
          }
          return found[0] == null;
        });
    return Optional.ofNullable(found[0]);
  }

  /** The ids of a cgroup and of all below it. */
  Set<Long> subtree(Path cgroup) {
    Set<Long> ids = new HashSet<>();
    walk(
        cgroup,
        (_, inode) -> {
          ids.add(inode);
          return true;
        });
    return ids;
  }

  /** The id of a cgroup's directory. */
  static long id(Path cgroup) throws IOException {
    return ((Number) Files.getAttribute(cgroup, "unix:ino")).longValue();
  }

  private interface Visitor {
    /** Returns false to stop. */
    boolean visit(Path path, long inode);
  }

  private static void walk(Path from, Visitor visitor) {
    try {
      Files.walkFileTree(
          from,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
                throws IOException {
              return visitor.visit(path, id(path))
                  ? FileVisitResult.CONTINUE
                  : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException e) {
              // Cgroups come and go under the walk.
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path path, IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // A directory that vanished between being listed and being looked at: it holds nobody.
      return;
    }
  }
}
