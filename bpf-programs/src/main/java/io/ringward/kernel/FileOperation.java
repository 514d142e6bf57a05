/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Locale;

/**
 * What happens to a file. Mirrors {@code enum rw_file_operation}; the ordinal is the wire value.
 */
public enum FileOperation {
  /** Opened; how, say the {@link FileFlag}s. */
  OPEN,
  /** A name is taken away, of a directory too. */
  UNLINK,
  /** Path: the old name; target: the new one. */
  RENAME,
  /** Path: the file; target: its new name. */
  LINK,
  /** Path: the new name; target: what it says. */
  SYMLINK,
  CHMOD,
  CHOWN,
  /** Target: the attribute's name. */
  SETXATTR,
  /** Path: where; target: what. */
  MOUNT,
  UMOUNT,
  /** Path: the new root; target: where the old one goes. */
  PIVOT_ROOT;

  private static final FileOperation[] BY_WIRE = values();

  /** The word for people and configuration: {@code open}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The operation of a wire value, or an {@link IllegalArgumentException} for an unknown one. */
  public static FileOperation ofWire(int wire) {
    if (wire < 0 || wire >= BY_WIRE.length) {
      throw new IllegalArgumentException("unknown file operation " + wire);
    }
    return BY_WIRE[wire];
  }
}
