/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A handle on one process that no successor with the same pid can take over (pidfd_open(2), Linux
 * 5.3). Check what the process is after opening and before signalling. Thread-safe.
 */
public final class Pidfd implements AutoCloseable {
  private final int pid;
  private final int fd;
  private boolean closed;

  private Pidfd(int pid, int fd) {
    this.pid = pid;
    this.fd = fd;
  }

  /**
   * Opens a process; empty when there is none of that pid.
   *
   * @param pid of a process (its thread-group id)
   */
  public static Optional<Pidfd> open(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(arena);
      long fd = LibcNative.syscall(state, LibcNative.SYS_PIDFD_OPEN, pid, 0L, 0L, 0L);
      if (fd < 0 && CallState.errno(state) == Errno.ESRCH) {
        return Optional.empty();
      }
      if (fd < 0) {
        throw BpfException.of("Open process " + pid, CallState.errno(state));
      }
      return Optional.of(new Pidfd(pid, (int) fd));
    }
  }

  /** The pid that was opened. */
  public int pid() {
    return pid;
  }

  /**
   * Sends a signal.
   *
   * @param signal its number; 0 only asks whether the process is still there
   * @return false when the process is gone
   */
  public synchronized boolean sendSignal(int signal) {
    if (closed) {
      throw new IllegalStateException("the handle on process " + pid + " is closed");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CallState.allocate(arena);
      long result = LibcNative.syscall(state, LibcNative.SYS_PIDFD_SEND_SIGNAL, fd, signal, 0L, 0L);
      if (result < 0 && CallState.errno(state) != Errno.ESRCH) {
        throw BpfException.of(
            "Send signal " + signal + " to process " + pid, CallState.errno(state));
      }
      return result == 0;
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LibcNative.close(fd);
    }
  }
}
