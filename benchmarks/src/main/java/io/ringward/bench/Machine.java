/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;

/** On what a figure was measured. */
final class Machine {
  private Machine() {}

  /** Date, processor, kernel and Java, on one line. */
  static String describe() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
    return "%s, %d × %s, Linux %s, Java %s"
        .formatted(
            LocalDate.now(),
            Runtime.getRuntime().availableProcessors(),
            model,
            System.getProperty("os.version"),
            Runtime.version());
  }

  /** The load averages of 1, 5 and 15 minutes. */
  static String load() throws IOException {
    String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
    return String.join(" ", words[0], words[1], words[2]);
  }
}
