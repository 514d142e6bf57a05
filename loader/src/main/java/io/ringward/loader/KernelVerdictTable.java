/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.MapCodec;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.Action;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import io.ringward.kernel.WireLayouts;
import io.ringward.loader.LiveProcess.Mark;
import io.ringward.loader.WireCodecs.VerdictValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verdicts in the kernel's maps, as {@code wire.h} says: the verdict itself once, and references to
 * it from the processes or the cgroup that it is about. Thread-safe; one change at a time.
 */
public final class KernelVerdictTable implements VerdictTable {
  private static final Logger LOG = LoggerFactory.getLogger(KernelVerdictTable.class);

  /** A tree that still grows after so many walks keeps its verdict, and a warning is logged. */
  private static final int MOST_WALKS = 32;

  private final BpfMap<Long, VerdictValue> verdicts;
  private final BpfMap<ProcessKey, List<Long>> processReferences;
  private final BpfMap<Long, List<Long>> cgroupReferences;
  private final BpfMap<ProcessKey, Byte> protectedProcesses;
  private final BpfMap<ProcessKey, ProcessKey> lineage;
  private final ProcessWalk walk;
  private final ControlGroups controlGroups;
  private final ControlWord control;
  private final ProtectionRefresh protection;
  private final Map<Long, Verdict> inForce = new LinkedHashMap<>();
  private boolean closed;

  KernelVerdictTable(
      BpfObject object,
      ProcessWalk walk,
      ControlGroups controlGroups,
      ControlWord control,
      ProtectionRefresh protection) {
    this.verdicts = object.map("verdict", MapCodec.u64(), WireCodecs.VERDICT);
    this.processReferences =
        object.map("process_verdict", WireCodecs.PROCESS_KEY, WireCodecs.REFERENCES);
    this.cgroupReferences = object.map("cgroup_verdict", MapCodec.u64(), WireCodecs.REFERENCES);
    this.protectedProcesses =
        object.map("protected_process", WireCodecs.PROCESS_KEY, WireCodecs.BYTE);
    this.lineage = object.map("lineage", WireCodecs.PROCESS_KEY, WireCodecs.PROCESS_KEY);
    this.walk = walk;
    this.controlGroups = controlGroups;
    this.control = control;
    this.protection = protection;
  }

  @Override
  public synchronized Outcome apply(Verdict verdict) {
    requireOpen();
    sweep();
    Optional<String> objection = VerdictObjection.to(verdict, BootClock.nanos());
    if (objection.isPresent()) {
      return new Outcome.Refused(objection.get());
    }
    protection.refresh();
    Optional<Outcome> untouchable = untouchable(verdict.subject());
    if (untouchable.isPresent()) {
      return untouchable.get();
    }
    try {
      if (!verdicts.update(verdict.id(), new VerdictValue(verdict, 0), UpdateMode.IF_ABSENT)) {
        return new Outcome.Refused("verdict " + verdict.idText() + " is in force already");
      }
    } catch (BpfException e) {
      return new Outcome.Refused(
          "the kernel's verdict map took no more ("
              + inForce.size()
              + " in force): release some with 'ringward verdicts release'; "
              + e.getMessage());
    }
    Outcome outcome;
    try {
      outcome =
          switch (verdict.subject()) {
            case Subject.ProcessTree(ProcessKey root) -> applyToTree(verdict, root);
            case Subject.ControlGroup(long id) -> applyToControlGroup(verdict, id);
          };
    } catch (RuntimeException e) {
      verdicts.remove(verdict.id());
      throw e;
    }
    if (outcome instanceof Outcome.Applied) {
      inForce.put(verdict.id(), verdict);
    } else {
      // References to it may have been written: without the verdict they mean nothing.
      verdicts.remove(verdict.id());
    }
    return outcome;
  }

  /**
   * Looks before anything is written: a protected root shields its whole tree from a verdict on it,
   * or one on init would reach the whole machine.
   */
  private Optional<Outcome> untouchable(Subject subject) {
    return switch (subject) {
      case Subject.ControlGroup _ -> Optional.empty(); // it looks for itself
      case Subject.ProcessTree(ProcessKey root) -> {
        if (isPlain(root)) {
          yield Optional.empty();
        }
        Collection<LiveProcess> members = walk.tree(root, 0);
        boolean shielded =
            members.stream()
                .anyMatch(
                    process -> process.key().equals(root) && process.mark() == Mark.PROTECTED);
        boolean nobody = members.stream().allMatch(process -> process.mark() == Mark.PROTECTED);
        yield shielded || nobody ? Optional.of(whyNobody(members)) : Optional.empty();
      }
    };
  }

  /**
   * Whether two look-ups tell already that a root is alive and shields nobody, as for nearly all;
   * the walk over all processes costs a hundred times as much, on the way to the kernel's maps.
   */
  private boolean isPlain(ProcessKey root) {
    return root.tgid() != 1
        && protectedProcesses.get(root).isEmpty()
        && lineage.get(root).isPresent();
  }

  private Outcome applyToTree(Verdict verdict, ProcessKey root) {
    // The subject itself first, so that the kernel acts before the walk over all processes begins.
    markRoot(root, verdict.id());
    long appliedNanos = BootClock.nanos();
    Collection<LiveProcess> members = walk.tree(root, verdict.id());
    for (int walks = 1; has(members, Mark.NEW); walks++) {
      if (walks == MOST_WALKS) {
        LOG.warn(
            "{} made new children during {} walks: verdict {} reaches them by inheritance only",
            verdict.subject(),
            walks,
            verdict.idText());
        break;
      }
      members = walk.tree(root, verdict.id());
    }
    List<ProcessKey> reached = keys(members, Set.of(Mark.NEW, Mark.PRESENT));
    if (reached.isEmpty()) {
      return whyNobody(members);
    }
    if (verdict.action() == Action.KILL && control.enforces() && !verdict.shadow()) {
      ProcessKiller.killAll(
          () -> keys(walk.tree(root, verdict.id()), Set.of(Mark.NEW, Mark.PRESENT)));
    }
    return new Outcome.Applied(appliedNanos, reached.size());
  }

  /** Only a shortcut: what it leaves out, the walk does. */
  private void markRoot(ProcessKey root, long verdictId) {
    if (!isPlain(root) || processReferences.get(root).isPresent()) {
      return;
    }
    try {
      processReferences.update(root, List.of(verdictId), UpdateMode.IF_ABSENT);
    } catch (BpfException e) {
      return; // Full: the walk finds that out for every member, and says so.
    }
    if (lineage.get(root).isEmpty()) {
      // It exited in between, after the kernel had cleared what was ours.
      processReferences.remove(root);
    }
  }

  private static Outcome whyNobody(Collection<LiveProcess> members) {
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

  private Outcome applyToControlGroup(Verdict verdict, long id) {
    Optional<Path> path = controlGroups.find(id);
    if (path.isEmpty()) {
      return new Outcome.SubjectGone();
    }
    Set<Long> subtree = controlGroups.subtree(path.get());
    for (LiveProcess process : walk.all()) {
      if (process.mark() == Mark.PROTECTED && subtree.contains(process.cgroupId())) {
        return new Outcome.SubjectProtected(
            path.get()
                + " holds the protected process "
                + process.key()
                + " ("
                + process.comm()
                + ")");
      }
    }
    List<Long> references = new ArrayList<>(cgroupReferences.get(id).orElse(List.of()));
    references.removeIf(reference -> !inForce.containsKey(reference));
    if (references.size() == WireLayouts.VERDICT_SLOTS) {
      return new Outcome.Refused(
          "the cgroup is under four verdicts already: release one with 'ringward verdicts release'");
    }
    references.add(verdict.id());
    try {
      cgroupReferences.update(id, references, UpdateMode.ANY);
    } catch (BpfException e) {
      return new Outcome.Refused(
          "the kernel's map of cgroups under a verdict took no more: " + e.getMessage());
    }
    control.setCgroupVerdicts(1 + countControlGroups());
    long appliedNanos = BootClock.nanos();
    if (verdict.action() == Action.KILL && control.enforces() && !verdict.shadow()) {
      ProcessKiller.killAll(() -> killable(controlGroups.subtree(path.get())));
    }
    return new Outcome.Applied(appliedNanos, 0);
  }

  private List<ProcessKey> killable(Set<Long> cgroupIds) {
    return walk.all().stream()
        .filter(process -> process.mark() != Mark.PROTECTED)
        .filter(process -> cgroupIds.contains(process.cgroupId()))
        .map(LiveProcess::key)
        .collect(Collectors.toList());
  }

  private int countControlGroups() {
    return (int)
        inForce.values().stream()
            .filter(verdict -> verdict.subject() instanceof Subject.ControlGroup)
            .count();
  }

  @Override
  public synchronized boolean release(long verdictId) {
    requireOpen();
    Verdict ended = inForce.remove(verdictId);
    if (ended == null) {
      return false;
    }
    verdicts.remove(verdictId);
    if (ended.subject() instanceof Subject.ControlGroup(long id)) {
      forgetControlGroup(id);
    }
    // The references of processes mean nothing now; the kernel reuses their slots.
    return true;
  }

  private void forgetControlGroup(long id) {
    List<Long> left =
        cgroupReferences.get(id).orElse(List.of()).stream().filter(inForce::containsKey).toList();
    if (left.isEmpty()) {
      cgroupReferences.remove(id);
    } else {
      cgroupReferences.put(id, left);
    }
    control.setCgroupVerdicts(countControlGroups());
  }

  @Override
  public synchronized List<InForce> inForce() {
    requireOpen();
    sweep();
    List<InForce> all = new ArrayList<>();
    for (Verdict verdict : List.copyOf(inForce.values())) {
      Optional<VerdictValue> value = verdicts.get(verdict.id());
      if (value.isPresent()) {
        all.add(new InForce(verdict, value.get().hits()));
      } else {
        LOG.warn(
            "verdict {} has vanished from the kernel's map: somebody else deleted it",
            verdict.idText());
        release(verdict.id());
      }
    }
    return all;
  }

  /**
   * The kernel has not acted on what has expired, nor on a tree of which nobody is left; here their
   * memory is given back.
   */
  private void sweep() {
    long now = BootClock.nanos();
    Set<Long> carried = new HashSet<>();
    if (inForce.values().stream().anyMatch(KernelVerdictTable::isOnTree)) {
      processReferences.forEach((process, references) -> carried.addAll(references));
    }
    for (Verdict verdict : List.copyOf(inForce.values())) {
      boolean nobodyLeft = isOnTree(verdict) && !carried.contains(verdict.id());
      if (verdict.expiryNanos() <= now || nobodyLeft) {
        release(verdict.id());
      }
    }
  }

  private static boolean isOnTree(Verdict verdict) {
    return verdict.subject() instanceof Subject.ProcessTree;
  }

  @Override
  public void beat() {
    control.beat();
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      for (Verdict verdict : List.copyOf(inForce.values())) {
        release(verdict.id());
      }
      closed = true;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the verdict table is closed");
    }
  }

  private static boolean has(Collection<LiveProcess> processes, Mark mark) {
    return processes.stream().anyMatch(process -> process.mark() == mark);
  }

  private static List<ProcessKey> keys(Collection<LiveProcess> processes, Set<Mark> marks) {
    return processes.stream()
        .filter(process -> marks.contains(process.mark()))
        .map(LiveProcess::key)
        .collect(Collectors.toList());
  }
}
