/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.RawMap;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.Operation;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * The one value of the map {@code control}: whether the agent lives, whether it enforces, and
 * whether cgroups have to be looked at. Thread-safe.
 */
final class ControlWord {
  private static final long HEARTBEAT = WireCodecs.offset(WireLayouts.CONTROL, "heartbeat_nanos");
  private static final long ENFORCE = WireCodecs.offset(WireLayouts.CONTROL, "enforce");
  private static final long CGROUPS = WireCodecs.offset(WireLayouts.CONTROL, "cgroup_verdicts");

  private static final long JUDGED = WireCodecs.offset(WireLayouts.CONTROL, "judged_operations");
  private static final long SIGNALS = WireCodecs.offset(WireLayouts.CONTROL, "signal_operations");

  private final RawMap map;
  private final MemorySegment key = Arena.ofAuto().allocate(JAVA_INT);
  private final MemorySegment value = Arena.ofAuto().allocate(WireLayouts.CONTROL);

  ControlWord(RawMap map, boolean enforce) {
    this.map = map;
    value.set(JAVA_INT, ENFORCE, enforce ? 1 : 0);
  }

  boolean enforces() {
    return value.get(JAVA_INT, ENFORCE) != 0;
  }

  /** Tells the kernel that the decision loop lives now. */
  synchronized void beat() {
    value.set(JAVA_LONG, HEARTBEAT, BootClock.nanos());
    map.update(key, value, UpdateMode.ANY);
  }

  /** Tells the kernel how many cgroups have verdicts; 0 saves it the walk up their tree. */
  synchronized void setCgroupVerdicts(int count) {
    value.set(JAVA_INT, CGROUPS, count);
    map.update(key, value, UpdateMode.ANY);
  }

  /** Names the operations that verdicts in force cover: hot hooks look at nothing else first. */
  synchronized void setJudgedOperations(Set<Operation> operations) {
    setJudged(Operation.mask(operations));
  }

  /** Names operations beside those that are named already. */
  synchronized void addJudgedOperations(Set<Operation> operations) {
    setJudged(value.get(JAVA_INT, JUDGED) | Operation.mask(operations));
  }

  private void setJudged(int mask) {
    if (value.get(JAVA_INT, JUDGED) != mask) {
      value.set(JAVA_INT, JUDGED, mask);
      map.update(key, value, UpdateMode.ANY);
    }
  }

  /** Names the operations that no hook can refuse here, and that a signal answers instead. */
  synchronized void setSignalOperations(Set<Operation> operations) {
    value.set(JAVA_INT, SIGNALS, Operation.mask(operations));
    map.update(key, value, UpdateMode.ANY);
  }
}
