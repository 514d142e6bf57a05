/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.FutileCall;
import io.ringward.kernel.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operations of this process's own that come by the hooks that could refuse them, and change
 * nothing: so it is seen whether the hooks run.
 */
final class RefusalTrial {
  private static final Logger LOG = LoggerFactory.getLogger(RefusalTrial.class);

  /** Who reads it has to be allowed to look into another process. */
  private static final Path OTHERS = Path.of("/proc/1/environ");

  private RefusalTrial() {}

  /**
   * Makes it; what comes of it does not matter.
   *
   * @throws IOException when it cannot be made here
   */
  static void make(Operation operation) throws IOException {
    switch (operation) {
      case OPEN, UNLINK, RENAME -> FileTrial.touch();
      case MEMORY_EXEC -> call(FutileCall.MAP_EXECUTABLE);
      case MODULE_LOAD -> call(FutileCall.INIT_MODULE);
      case PTRACE -> LOG.trace("{} bytes", Files.readAllBytes(OTHERS).length);
      case BPF -> call(FutileCall.BPF);
      case MOUNT -> call(FutileCall.BIND_MOUNT);
      case SETUID -> call(FutileCall.SETREUID);
      case EXEC, FORK -> throw new IllegalArgumentException("a new process is waited for");
      case CONNECT, BIND, SEND, CPU, MEMORY, IO ->
          throw new IllegalArgumentException("no hook of these refuses " + operation);
    }
  }

  private static void call(FutileCall call) throws IOException {
    if (!call.make()) {
      throw new IOException("the number of " + call + " is not known on this architecture");
    }
  }
}
