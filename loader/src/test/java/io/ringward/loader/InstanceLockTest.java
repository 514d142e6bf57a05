/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One instance a machine. */
final class InstanceLockTest {
  @TempDir private Path directory;

  @Test
  void secondIsRefusedWithTheHoldersPid() {
    String pid = Long.toString(ProcessHandle.current().pid());
    try (InstanceLock first = InstanceLock.take(directory)) {
      for (int attempt = 0; attempt < 2; attempt++) {
        HostKernelException refused =
            assertThrows(HostKernelException.class, () -> InstanceLock.take(directory));
        assertTrue(refused.getMessage().contains("process " + pid), refused.getMessage());
      }
    }
    InstanceLock.take(directory).close();
  }

  @Test
  void directoryIsMadeAndAFileInItsPlaceIsAClearError() {
    InstanceLock.take(directory.resolve("a/b")).close();
    Path lock = directory.resolve("a/b/lock");
    HostKernelException refused =
        assertThrows(HostKernelException.class, () -> InstanceLock.take(lock));
    assertTrue(refused.getMessage().contains(lock.toString()), refused.getMessage());
  }
}
