/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.kernel.ProcessKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Finds the verdicts of which no process is left, and keeps protection true, once a second on a
 * thread of its own: both read whole maps or many files, which must not delay a verdict.
 *
 * <p>A verdict is given up when two scans in a row have seen nobody carry it: one alone may miss a
 * child that was born behind the scan's position while its parent died before it.
 */
final class VerdictSweeper implements AutoCloseable {
  private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

  private final BpfMap<ProcessKey, List<Long>> references;
  private final ProtectionRefresh protection;
  private final Supplier<Set<Long>> onTrees;
  private final Consumer<Set<Long>> abandoned;
  private final PeriodicThread thread;
  private Set<Long> suspects = Set.of();

  /**
   * Starts sweeping.
   *
   * @param onTrees the verdicts on trees in force
   * @param abandoned takes those that nobody carries any more; called after what has expired needs
   *     releasing too, so with an empty set as well
   */
  VerdictSweeper(
      BpfObject object,
      ProtectionRefresh protection,
      Supplier<Set<Long>> onTrees,
      Consumer<Set<Long>> abandoned) {
    // Its own: the buffers of the table's are locked during a scan.
    this.references = object.map("process_verdict", WireCodecs.PROCESS_KEY, WireCodecs.REFERENCES);
    this.protection = protection;
    this.onTrees = onTrees;
    this.abandoned = abandoned;
    this.thread = new PeriodicThread("verdict-sweeper", PERIOD_NANOS, this::sweep);
  }

  private void sweep() {
    protection.refresh();
    // Before the scan: whoever carries one of these had been marked when the scan began.
    Set<Long> nobodys = onTrees.get();
    if (!nobodys.isEmpty()) {
      long _ = references.forEach((process, carried) -> carried.forEach(nobodys::remove));
    }
    Set<Long> twice = new HashSet<>(nobodys);
    twice.retainAll(suspects);
    suspects = nobodys;
    abandoned.accept(twice);
  }

  /** Stops, and waits for a sweep under way. Idempotent. */
  @Override
  public void close() {
    thread.close();
  }
}
