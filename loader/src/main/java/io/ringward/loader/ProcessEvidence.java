/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Names of a running process from /proc (proc(5)): evidence for people and rules, never identity. A
 * process that vanishes while it is read has none.
 */
final class ProcessEvidence {
  /** What the kernel appends to the link of a file that has no name any more. */
  private static final String DELETED = " (deleted)";

  private ProcessEvidence() {}

  /** The path of the file that a process runs; empty for kernel threads and vanished processes. */
  static Optional<String> executable(int pid) {
    try {
      String link =
          Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid), "exe")).toString();
      return Optional.of(
          link.endsWith(DELETED) ? link.substring(0, link.length() - DELETED.length()) : link);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The arguments, at most so many bytes of them. */
  static List<String> arguments(int pid, int mostBytes) {
    try (var input = Files.newInputStream(Path.of("/proc", Integer.toString(pid), "cmdline"))) {
      String text = new String(input.readNBytes(mostBytes), StandardCharsets.UTF_8);
      if (text.isEmpty()) {
        return List.of();
      }
      boolean ended = text.charAt(text.length() - 1) == 0;
      return List.of(text.substring(0, text.length() - (ended ? 1 : 0)).split("\0", -1));
    } catch (IOException e) {
      return List.of();
    }
  }
}
