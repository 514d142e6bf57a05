/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A controller's file that was written to, or one device's line of it.
 *
 * @param file of the group
 * @param device whose line it is, {@code 8:0}; "" for a file of one value
 * @param before what it held, as it has to be written to be put back
 * @param written what it holds since, as the kernel shows it
 */
record Knob(Path file, String device, String before, String written) {
  /**
   * Writes, and reads back what the kernel made of it.
   *
   * @throws IOException when the kernel refuses the value or the group is gone
   */
  static Knob turn(Path file, String value) throws IOException {
    String before = read(file);
    Files.writeString(file, value);
    return new Knob(file, "", before, read(file));
  }

  /**
   * The same for one device's line.
   *
   * @param unlimited what is written for a device of which the file says nothing
   */
  static Knob turn(Path file, String device, String value, String unlimited) throws IOException {
    String held = read(file, device);
    Files.writeString(file, device + " " + value);
    return new Knob(file, device, held.isEmpty() ? unlimited : held, read(file, device));
  }

  /** What a file holds now. */
  static String read(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /** What it holds for a device; "" when that is nothing, and the whole for no device. */
  static String read(Path file, String device) throws IOException {
    if (device.isEmpty()) {
      return read(file);
    }
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(device + " "))
        .map(line -> line.substring(device.length() + 1).strip())
        .findFirst()
        .orElse("");
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
      return read(file, device).equals(written) ? State.OURS : State.TOUCHED;
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
    Files.writeString(file, device.isEmpty() ? before : device + " " + before);
    return true;
  }

  /** Whether another is the same place. */
  boolean isPlaceOf(Knob other) {
    return file.equals(other.file) && device.equals(other.device);
  }
}
