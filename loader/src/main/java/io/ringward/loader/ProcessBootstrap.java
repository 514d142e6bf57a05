/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.WireLayouts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells the loop and the kernel side of the processes that were there before. Runs when the hooks
 * are attached already, so that whoever is born or dies meanwhile is told by an event as well.
 */
final class ProcessBootstrap {
  /** The kernel's own: its threads' common parent (kernel/kthread.c). */
  private static final int KTHREADD = 2;

  private ProcessBootstrap() {}

  /** The running processes, parents before children; kernel threads are left out. */
  static List<ControlItem> items(Collection<LiveProcess> processes) {
    long now = BootClock.nanos();
    List<ControlItem> items = new ArrayList<>();
    processes.stream()
        .filter(process -> !isKernelThread(process))
        .sorted(Comparator.comparing(LiveProcess::key))
        .forEach(process -> items.add(new ControlItem.Bootstrap(now, describe(process))));
    return items;
  }

  /**
   * Tells the kernel side who forked whom, so that a tree is known whole also when its middle
   * exits. An entry of somebody who exited unseen in between is taken back.
   */
  static void seedLineage(BpfMap<ProcessKey, ProcessKey> lineage, ProcessWalk walk) {
    List<ProcessKey> seeded = new ArrayList<>();
    for (LiveProcess process : walk.all()) {
      if (process.parent().isPresent() && !isKernelThread(process)) {
        try {
          lineage.update(process.key(), process.parent(), UpdateMode.IF_ABSENT);
          seeded.add(process.key());
        } catch (BpfException e) {
          break; // Full: the kernel's present parent stands in, and the hooks count it.
        }
      }
    }
    Set<ProcessKey> live = walk.all().stream().map(LiveProcess::key).collect(Collectors.toSet());
    seeded.stream().filter(key -> !live.contains(key)).forEach(lineage::remove);
  }

  private static boolean isKernelThread(LiveProcess process) {
    return process.key().tgid() == KTHREADD || process.parent().tgid() == KTHREADD;
  }

  private static ProcessInfo describe(LiveProcess process) {
    int pid = process.key().tgid();
    return new ProcessInfo(
        process.key(),
        process.parent(),
        process.uid(),
        process.cgroupId(),
        process.executable(),
        process.execFlags(),
        process.comm(),
        ProcessEvidence.executable(pid).orElse(""),
        ProcessEvidence.arguments(pid, WireLayouts.ARGUMENTS_SIZE));
  }
}
