/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.kernel.WireLayouts;
import io.ringward.loader.LiveProcess.Mark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts process trees under verdicts: the subject itself by a few look-ups, the rest by a walk over
 * all processes in the kernel, which costs a hundred times as much. One caller at a time.
 */
final class TreeMarker {
  private static final Logger LOG = LoggerFactory.getLogger(TreeMarker.class);

  /** A tree that still grows after so many walks keeps its verdict, and a warning is logged. */
  private static final int MOST_WALKS = 32;

  private final BpfMap<ProcessKey, List<Long>> references;
  private final BpfMap<ProcessKey, Byte> protectedProcesses;
  private final BpfMap<ProcessKey, ProcessKey> lineage;
  private final ProcessWalk walk;
  private final ProtectionRefresh protection;
  private final LongPredicate inForce;

  /**
   * @param inForce whether a verdict of that id is in force: a reference to another means nothing
   */
  TreeMarker(
      BpfObject object, ProcessWalk walk, ProtectionRefresh protection, LongPredicate inForce) {
    this.references = object.map("process_verdict", WireCodecs.PROCESS_KEY, WireCodecs.REFERENCES);
    this.protectedProcesses =
        object.map("protected_process", WireCodecs.PROCESS_KEY, WireCodecs.BYTE);
    this.lineage = object.map("lineage", WireCodecs.PROCESS_KEY, WireCodecs.PROCESS_KEY);
    this.walk = walk;
    this.protection = protection;
    this.inForce = inForce;
  }

  /**
   * Why a verdict must not reach a tree at all: nobody of it lives, or its root is protected, which
   * shields the whole of it, or one on init would reach the whole machine. Looks, and writes
   * nothing. Need not be asked about a plain root.
   */
  Optional<Outcome> objection(ProcessKey root) {
    protection.refresh();
    Collection<LiveProcess> members = walk.tree(root, 0);
    boolean shielded =
        members.stream()
            .anyMatch(process -> process.key().equals(root) && process.mark() == Mark.PROTECTED);
    boolean nobody = members.stream().allMatch(process -> process.mark() == Mark.PROTECTED);
    return shielded || nobody ? Optional.of(whyNobody(members)) : Optional.empty();
  }

  /**
   * Whether a few look-ups tell already that a root is alive and shields nobody, as for nearly all.
   * Who runs a program of a protected name may run one that has been replaced on disk within the
   * last second, which the kernel does not know yet. The walk that follows finds that out and takes
   * the verdict back, after half a millisecond; before a verdict that ends a process, it is looked
   * up, which costs as much as all the rest on the way to the kernel.
   *
   * @param ends whether the verdict may end a process
   */
  boolean isPlain(ProcessKey root, boolean ends) {
    return root.tgid() != 1
        && protectedProcesses.get(root).isEmpty()
        && !(ends && protection.concerns(root))
        && lineage.get(root).isPresent();
  }

  /**
   * Puts a plain root alone under a verdict, so that the kernel acts before the walk over all
   * processes begins. Only a shortcut: what it leaves out, {@link #markAll} does.
   *
   * @return when the kernel could first act, CLOCK_BOOTTIME; empty when the root was left out
   */
  OptionalLong markRoot(ProcessKey root, long verdictId) {
    // Nobody else writes the entry of a process that lives: a fork writes its child's.
    List<Long> own = new ArrayList<>(references.get(root).orElse(List.of()));
    own.removeIf(id -> !inForce.test(id));
    if (own.size() >= WireLayouts.VERDICT_SLOTS) {
      return OptionalLong.empty();
    }
    own.add(verdictId);
    try {
      references.put(root, own);
    } catch (BpfException e) {
      return OptionalLong.empty(); // Full: the walk finds that out for every member, and says so.
    }
    long markedNanos = BootClock.nanos();
    if (lineage.get(root).isEmpty()) {
      // It exited in between, after the kernel had cleared what was ours.
      references.remove(root);
    }
    return OptionalLong.of(markedNanos);
  }

  /** Puts all live members under a verdict, until none is new; returns all that were seen. */
  Collection<LiveProcess> markAll(ProcessKey root, long verdictId) {
    protection.refresh();
    Collection<LiveProcess> members = walk.tree(root, verdictId);
    for (int walks = 1; has(members, Mark.NEW); walks++) {
      if (walks == MOST_WALKS) {
        LOG.warn(
            "{} made new children during {} walks: verdict {} reaches them by inheritance only",
            root,
            walks,
            Long.toHexString(verdictId));
        break;
      }
      members = walk.tree(root, verdictId);
    }
    return members;
  }

  /** The members that carry a verdict. */
  static List<ProcessKey> reached(Collection<LiveProcess> members) {
    Set<Mark> marks = Set.of(Mark.NEW, Mark.PRESENT);
    return members.stream()
        .filter(process -> marks.contains(process.mark()))
        .map(LiveProcess::key)
        .collect(Collectors.toList());
  }

  /** Why a verdict has reached none of these. */
  static Outcome whyNobody(Collection<LiveProcess> members) {
    if (members.isEmpty()) {
      return new Outcome.SubjectGone();
    }
    Optional<LiveProcess> guarded =
        members.stream().filter(process -> process.mark() == Mark.PROTECTED).findFirst();
    if (guarded.isPresent()) {
      return new Outcome.SubjectProtected(
          "process " + guarded.get().key() + " (" + guarded.get().comm() + ") is protected");
    }
    if (has(members, Mark.MAP_FULL)) {
      return new Outcome.Refused(
          "the kernel's map of processes under a verdict is full: release verdicts on large trees");
    }
    return new Outcome.Refused(
        "the subject is under four verdicts already: release one with 'ringward verdicts release'");
  }

  private static boolean has(Collection<LiveProcess> processes, Mark mark) {
    return processes.stream().anyMatch(process -> process.mark() == mark);
  }
}
