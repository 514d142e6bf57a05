/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/** Facts about an operation on a file. Mirrors {@code enum rw_file_flag}: one bit each. */
public enum FileFlag {
  /** Opened for reading. */
  READ,
  /** Opened for writing. */
  WRITE,
  /** This open has made the file. */
  CREATE,
  /** This open has emptied the file, or is about to. */
  TRUNCATE,
  /** Path and target are as the caller wrote them, behind the directory that they start from. */
  PATH_GIVEN,
  /** Path or target are longer than carried. */
  PATH_TRUNCATED,
  /** The path begins at the root of its file system: where that is mounted is not known. */
  NO_MOUNT,
  /** What was unlinked is a directory. */
  DIRECTORY;

  /** The bit in the flags word. */
  public int bit() {
    return 1 << ordinal();
  }

  /** Whether a flags word has it. */
  public boolean in(int flags) {
    return (flags & bit()) != 0;
  }
}
