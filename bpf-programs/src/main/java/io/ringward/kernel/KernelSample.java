/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;
import java.util.Objects;

/**
 * One reading of all that the kernel side counts. Counters only grow while the programs are loaded.
 *
 * @param timeNanos when the reading began
 * @param hooks one entry for each hook, in order
 * @param processes CPU accounts of recently active processes
 * @param controlGroups CPU accounts of cgroups, summed over CPUs
 * @param performance what was counted of block devices, memory, network and interrupts
 */
public record KernelSample(
    long timeNanos,
    List<HookCounters> hooks,
    List<ProcessAccount> processes,
    List<ControlGroupAccount> controlGroups,
    List<PerformanceCount> performance) {
  public KernelSample {
    hooks = List.copyOf(hooks);
    processes = List.copyOf(processes);
    controlGroups = List.copyOf(controlGroups);
    performance = List.copyOf(performance);
  }

  /** A reading without counts of performance. */
  public KernelSample(
      long timeNanos,
      List<HookCounters> hooks,
      List<ProcessAccount> processes,
      List<ControlGroupAccount> controlGroups) {
    this(timeNanos, hooks, processes, controlGroups, List.of());
  }

  /**
   * A hook's balance: {@code produced = delivered + in flight + dropped}.
   *
   * @param produced events that the hook wanted to send
   * @param dropped by {@link DropCause}, indexed by ordinal
   * @param mapFailures by {@link MapFailure}, indexed by ordinal
   * @param delivered events that this side has taken out of the ring
   * @param recursionMisses runs that the kernel itself skipped (bpf_prog_info.recursion_misses)
   */
  public record HookCounters(
      Hook hook,
      long produced,
      List<Long> dropped,
      List<Long> mapFailures,
      long delivered,
      long recursionMisses) {
    public HookCounters {
      Objects.requireNonNull(hook);
      dropped = List.copyOf(dropped);
      mapFailures = List.copyOf(mapFailures);
    }

    /** Events lost by any cause. */
    public long droppedTotal() {
      return dropped.stream().mapToLong(Long::longValue).sum();
    }

    /** Events that are still in the ring. */
    public long inFlight() {
      return produced - droppedTotal() - delivered;
    }
  }

  /** CPU account of a process. */
  public record ProcessAccount(ProcessKey process, CpuAccount account) {}

  /** CPU account of a cgroup (version 2 id). */
  public record ControlGroupAccount(long cgroupId, CpuAccount account) {}

  /**
   * Counters since the programs were loaded.
   *
   * @param waitHistogram bucket b counts run-queue waits of [2^b, 2^(b+1)) ns, the last all longer
   */
  public record CpuAccount(
      long onCpuNanos, long waitNanos, long switches, List<Long> waitHistogram) {
    public CpuAccount {
      waitHistogram = List.copyOf(waitHistogram);
    }
  }
}
