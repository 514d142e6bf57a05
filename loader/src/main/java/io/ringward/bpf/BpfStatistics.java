/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/**
 * Makes the kernel count run time and runs of every program on the machine as long as it is open
 * (BPF_ENABLE_STATS; some 20 ns a run). Thread-safe.
 */
public final class BpfStatistics implements AutoCloseable {
  private static final int BPF_STATS_RUN_TIME = 0;

  private final int fd;
  private boolean closed;

  private BpfStatistics(int fd) {
    this.fd = fd;
  }

  /** Starts the counting. */
  public static BpfStatistics enable() {
    Libbpf.require();
    return new BpfStatistics(
        BpfException.check(
            "Enable BPF statistics", LibbpfNative.ENABLE_STATS.call(BPF_STATS_RUN_TIME)));
  }

  /** Stops the counting, unless somebody else has it enabled too. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LibcNative.close(fd);
    }
  }
}
