/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What guardians have pinned in the kernel, for people who want to see it or to be rid of it. */
public final class LeftPins {
  private LeftPins() {}

  /** All pins of the guardians of a runtime directory. */
  public static List<Path> list(Path runtimeDirectory) throws IOException {
    List<Path> pins = new ArrayList<>();
    for (Path instance : PinPlace.of(runtimeDirectory).instances()) {
      try (Stream<Path> files = Files.list(instance)) {
        files.sorted().forEach(pins::add);
      }
    }
    return pins;
  }

  /**
   * Removes them: nothing persists any more.
   *
   * @return how many there were
   * @throws HostKernelException while a guardian runs, whose own they may be
   */
  public static int remove(Path runtimeDirectory) throws IOException {
    try (InstanceLock _ = InstanceLock.take(runtimeDirectory)) {
      PinPlace place = PinPlace.of(runtimeDirectory);
      int removed = 0;
      for (Path instance : place.instances()) {
        removed += PinPlace.remove(instance);
      }
      place.tidy(runtimeDirectory);
      return removed;
    }
  }
}
