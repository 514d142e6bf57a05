/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.kernel.EventView;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.FileView;

/**
 * The paths of a file event as rules compare them, each read once an event and only when a rule
 * asks. What a caller wrote is made plain first: doubled slashes, "." and ".." are taken out by the
 * text alone, as Falco does it, since the links that were on the way may be others by now.
 */
final class FileNames {
  private EventView view;
  private String path;
  private String directory;
  private String name;
  private String target;

  /** Moves on to the next event. */
  void move(EventView view) {
    this.view = view;
    path = null;
    directory = null;
    name = null;
    target = null;
  }

  /** The path, or null when it is not known. */
  String path() {
    if (path == null) {
      path = plain(FileView.path(view));
    }
    return path.isEmpty() ? null : path;
  }

  /** The other path or name, or null when there is none. */
  String target() {
    if (target == null) {
      target =
          switch (FileView.operation(view)) {
            case RENAME, LINK, PIVOT_ROOT -> plain(FileView.target(view));
            case SYMLINK, SETXATTR, MOUNT, OPEN, UNLINK, CHMOD, CHOWN, UMOUNT ->
                FileView.target(view);
          };
    }
    return target.isEmpty() ? null : target;
  }

  /** All before the last slash, or null when the path is not known. */
  String directory() {
    if (directory == null && path() != null) {
      int slash = path.lastIndexOf('/');
      directory = slash > 0 ? path.substring(0, slash) : "/";
    }
    return directory;
  }

  /** All behind the last slash, or null when the path is not known. */
  String name() {
    if (name == null && path() != null) {
      name = path.substring(path.lastIndexOf('/') + 1);
    }
    return name;
  }

  private String plain(String text) {
    return FileFlag.PATH_GIVEN.in(FileView.flags(view)) ? normalise(text) : text;
  }

  /** An absolute path without empty names, "." and "..". */
  static String normalise(String path) {
    if (!path.contains("//") && !path.contains("/.") && !path.endsWith("/")) {
      return path;
    }
    StringBuilder plain = new StringBuilder(path.length());
    for (String each : path.split("/")) {
      switch (each) {
        case "", "." -> {
          // Stays where it is.
        }
        case ".." -> plain.setLength(Math.max(0, plain.lastIndexOf("/")));
        default -> plain.append('/').append(each);
      }
    }
    return plain.isEmpty() ? "/" : plain.toString();
  }
}
