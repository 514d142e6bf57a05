/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this machine, as its kernel has it: no resolver is asked. */
public final class HostName {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  private HostName() {}

  /** The name; {@code localhost} where it cannot be read. */
  public static String get() {
    try {
      String name = Files.readString(KERNEL).strip();
      return name.isEmpty() ? "localhost" : name;
    } catch (IOException e) {
      return "localhost";
    }
  }
}
