/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Objects;

/** A value that a row of the inline policy asks for, or excludes. */
public sealed interface InlineValue {
  /** A number: a cgroup, a user, an inode, flags, a protocol. */
  record Number(long value) implements InlineValue {}

  /** A whole text: a name or a path. */
  record Text(String text) implements InlineValue {
    public Text {
      Objects.requireNonNull(text);
    }
  }

  /** All paths that begin with a folder. */
  record Folder(String prefix) implements InlineValue {
    /** How many folders deep a prefix may be ({@code RW_PROGRAM_FOLDERS}, the root counted). */
    public static final int MOST_FOLDERS = 16;

    public Folder {
      long depth = prefix.chars().filter(character -> character == '/').count();
      if (!prefix.endsWith("/") || depth > MOST_FOLDERS) {
        throw new IllegalArgumentException(
            "'"
                + prefix
                + "' is no prefix of 1 to "
                + MOST_FOLDERS
                + " folders that ends with '/'");
      }
    }
  }

  /**
   * A prefix of a number of fixed width: of 128 bits for addresses, of 16 for ports.
   *
   * @param high the upper 64 bits of an address; 0 for ports
   * @param bits the length of the prefix; what lies behind it is 0
   */
  record Prefix(long high, long low, int bits) implements InlineValue {}
}
