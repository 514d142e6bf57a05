/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A controller's file that was written to.
 *
 * @param file of the group
 * @param before what it held, as the kernel shows it
 * @param written what it holds since, as the kernel shows it
 */
record Knob(Path file, String before, String written) {
  /**
   * Writes, and reads back what the kernel made of it.
   *
   * @throws IOException when the kernel refuses the value or the group is gone
   */
  static Knob turn(Path file, String value) throws IOException {
    String before = read(file);
    Files.writeString(file, value);
    return new Knob(file, before, read(file));
  }

  /** What the file holds now. */
  static String read(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /** How a knob stands. */
  enum State {
    /** It holds what was written. */
    OURS,
    /** Somebody else has set it since. */
    TOUCHED,
    /** Its group was removed. */
    GONE
  }

  State state() throws IOException {
    try {
      return read(file).equals(written) ? State.OURS : State.TOUCHED;
    } catch (NoSuchFileException e) {
      return State.GONE;
    }
  }

  /**
   * Puts back what it held, unless somebody else has set it since: then it is his.
   *
   * @return whether it was put back
   */
  boolean putBack() throws IOException {
    if (state() != State.OURS) {
      return false;
    }
    Files.writeString(file, before);
    return true;
  }
}
