/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.storm;

import io.ringward.decide.Decider;
import io.ringward.decide.IncidentBook;
import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.decide.Ruling;
import io.ringward.detect.FeatureVector;
import io.ringward.detect.Observation;
import io.ringward.detect.ProcessWindows;
import io.ringward.detect.ProgramKey;
import io.ringward.detect.ProgramProfile;
import io.ringward.detect.WireEvents;
import io.ringward.kernel.Decision;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host without a kernel: a process table and the whole room behind it, wired as a job does. */
final class SimulatedHost {
  static final long SECOND = 1_000_000_000L;
  static final ProcessKey INIT = new ProcessKey(1, 1);

  final List<Finding> findings = new ArrayList<>();
  final List<Ruling> rulings = new ArrayList<>();
  final List<Incident> incidents = new ArrayList<>();
  final Decider decider =
      new Decider(
          1024, Policy.standard(Policy.Mode.ENFORCE), Protection.NONE, new IncidentBook(64, "sim"));
  long now = 1000 * SECOND;
  long events;

  private final WireEvents wire = new WireEvents();
  private final Map<ProcessKey, ProcessInfo> table = new HashMap<>();
  private final Map<ProgramKey, ProgramProfile> profiles = new HashMap<>();
  private final ProcessWindows windows =
      new ProcessWindows(
          1024,
          1,
          (start, tgid) -> Optional.ofNullable(table.get(new ProcessKey(start, tgid))),
          this::onVector);
  private int nextPid = 1000;

  SimulatedHost() {
    table.put(INIT, info(INIT, ProcessKey.NONE, new FileIdentity(1, 1)));
  }

  /** A process that has run for long. */
  ProcessKey old(FileIdentity file) {
    ProcessKey key = new ProcessKey(500 * SECOND + nextPid, nextPid++);
    table.put(key, info(key, INIT, file));
    return key;
  }

  ProcessKey fork(ProcessKey parent) {
    ProcessKey child = new ProcessKey(now, nextPid++);
    ProcessInfo from = table.get(parent);
    table.put(child, info(child, parent, from.executable()));
    events++;
    windows.onEvent(wire.fork(now, parent, from.parent(), child));
    return child;
  }

  void exec(ProcessKey process, FileIdentity file) {
    ProcessInfo before = table.get(process);
    table.put(process, info(process, before.parent(), file));
    events++;
    windows.onEvent(wire.exec(now, process, before.parent(), file));
  }

  void exit(ProcessKey process, int code) {
    events++;
    windows.onEvent(wire.exit(now, process, table.get(process).parent(), code));
    table.remove(process);
  }

  /** Connects, unless a verdict on it or an ancestor blocks that. */
  Decision connect(ProcessKey process, int address, int port) {
    Decision decision =
        decider.live(now).stream().anyMatch(v -> v.action() == io.ringward.kernel.Action.BLOCK)
            ? Decision.BLOCKED
            : Decision.ALLOWED;
    events++;
    windows.onEvent(
        wire.connect(now, process, table.get(process).parent(), address, port, decision));
    return decision;
  }

  void tick(long timeNanos) {
    now = timeNanos;
    windows.closeWindows(now);
    incidents.addAll(decider.onTick(now));
  }

  private void onVector(FeatureVector vector) {
    ProcessInfo process = table.get(vector.process());
    if (process == null) {
      return;
    }
    List<ProcessInfo> ancestry = new ArrayList<>();
    for (ProcessInfo up = table.get(process.parent()); up != null; up = table.get(up.parent())) {
      ancestry.add(up);
    }
    ProgramProfile profile =
        profiles.computeIfAbsent(vector.program(), key -> new ProgramProfile(key, 1));
    for (Finding finding : profile.observe(new Observation(vector, process, ancestry))) {
      findings.add(finding);
      Ruling ruling = decider.decide(finding, now);
      rulings.add(ruling);
      decider.incident(finding, ruling, ruling.outcome(), now).ifPresent(incidents::add);
    }
  }

  private static ProcessInfo info(ProcessKey key, ProcessKey parent, FileIdentity file) {
    return new ProcessInfo(
        key, parent, 1000, 5, file, 0, "f" + file.inode(), "/bin/f" + file.inode(), List.of());
  }
}
