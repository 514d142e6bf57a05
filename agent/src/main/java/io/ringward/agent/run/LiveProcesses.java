/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Identities of pids, by the kernel's task iterator. Thread-safe. */
@FunctionalInterface
interface LiveProcesses {
  /** The identity of the process that has this pid now. */
  Optional<ProcessKey> find(int pid);

  /** What the process calls itself: evidence for people; "" when it does not live any more. */
  default String nameOf(ProcessKey key) {
    try {
      String name = Files.readString(Path.of("/proc", Integer.toString(key.tgid()), "comm"));
      // Asked for after the name was read, so the name is not a successor's.
      return find(key.tgid()).filter(key::equals).isPresent() ? name.strip() : "";
    } catch (IOException e) {
      return "";
    }
  }
}
