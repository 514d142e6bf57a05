/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.MapCodec;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.VerdictTable.Outcome;
import io.ringward.kernel.WireLayouts;
import io.ringward.loader.LiveProcess.Mark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;

/** Puts cgroups under verdicts, and takes them out. Not thread-safe: the table's lock guards it. */
final class ControlGroupMarker {
  private final BpfMap<Long, List<Long>> references;
  private final ProcessWalk walk;
  private final ControlGroups groups;
  private final ProtectionRefresh protection;
  private final LongPredicate inForce;

  /**
   * @param inForce whether a verdict of that id is in force: a reference to another means nothing
   */
  ControlGroupMarker(
      BpfObject object,
      ProcessWalk walk,
      ControlGroups groups,
      ProtectionRefresh protection,
      LongPredicate inForce) {
    this.references = object.map("cgroup_verdict", MapCodec.u64(), WireCodecs.REFERENCES);
    this.walk = walk;
    this.groups = groups;
    this.protection = protection;
    this.inForce = inForce;
  }

  /** Where a group stands; empty when it is gone. */
  Optional<Path> find(long id) {
    return groups.find(id);
  }

  /** Why a verdict must not reach a group: a protected process is in it. Writes nothing. */
  Optional<Outcome> objection(Path path) {
    protection.refresh();
    Set<Long> subtree = groups.subtree(path);
    return walk.all().stream()
        .filter(process -> process.mark() == Mark.PROTECTED)
        .filter(process -> subtree.contains(process.cgroupId()))
        .findFirst()
        .map(process ->
            new Outcome.SubjectProtected(
                path
                    + " holds the protected process "
                    + process.key()
                    + " ("
                    + process.comm()
                    + ")"));
  }

  /**
   * Puts a group under a verdict, in the kernel's map.
   *
   * @return why that is not possible; empty when it is done
   */
  Optional<Outcome> mark(long id, long verdictId) {
    List<Long> own = new ArrayList<>(references.get(id).orElse(List.of()));
    own.removeIf(reference -> !inForce.test(reference));
    if (own.size() == WireLayouts.VERDICT_SLOTS && !own.contains(verdictId)) {
      return Optional.of(
          new Outcome.Refused(
              "the cgroup is under four verdicts already: release one with 'ringward verdicts"
                  + " release'"));
    }
    if (!own.contains(verdictId)) {
      own.add(verdictId);
    }
    try {
      references.update(id, own, UpdateMode.ANY);
      return Optional.empty();
    } catch (BpfException e) {
      return Optional.of(
          new Outcome.Refused(
              "the kernel's map of cgroups under a verdict took no more: " + e.getMessage()));
    }
  }

  /** Who is in a group or below it and not protected, now. */
  List<ProcessKey> members(Path path) {
    Set<Long> subtree = groups.subtree(path);
    return walk.all().stream()
        .filter(process -> process.mark() != Mark.PROTECTED)
        .filter(process -> subtree.contains(process.cgroupId()))
        .map(LiveProcess::key)
        .toList();
  }

  /** Drops the references of a group that mean nothing any more. */
  void forget(long id) {
    List<Long> left = references.get(id).orElse(List.of()).stream().filter(inForce::test).toList();
    if (left.isEmpty()) {
      references.remove(id);
    } else {
      references.put(id, left);
    }
  }
}
