/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.BpfProgram;
import io.ringward.kernel.Act;
import io.ringward.kernel.Hook;
import io.ringward.kernel.WireLayouts;
import io.ringward.loader.ActSensorTable.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sensors of {@link Act}s: attached while somebody wants the act, so that one that nobody wants
 * costs nothing. Those that are rare are always wanted.
 *
 * <p>Holds its links until it is closed. Thread-safe.
 */
public final class ActSensors implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ActSensors.class);
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long STEP_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long SEEN = WireCodecs.offset(WireLayouts.ACT_RUNS, "seen");
  private static final long FILTERED = WireCodecs.offset(WireLayouts.ACT_RUNS, "filtered");

  private final LoadedObject loaded;
  private final Path cgroup;
  private final Set<Act> always;
  private final PerCpuCounters runs;
  private final Map<Act, List<BpfLink>> links = new EnumMap<>(Act.class);
  private final Map<Act, String> refusals = new EnumMap<>(Act.class);
  private boolean closed;

  /**
   * Attaches what is always wanted.
   *
   * @param rare whether {@link #alwaysWanted} is; else all is attached on demand only
   */
  ActSensors(LoadedObject loaded, Path cgroup, boolean rare) {
    this.loaded = loaded;
    this.cgroup = cgroup;
    this.always = rare ? alwaysWanted() : Set.of();
    this.runs = new PerCpuCounters(loaded.object().map("act_runs"));
    want(Set.of());
  }

  /** Acts that happen so rarely that their sensors are always attached. */
  public static Set<Act> alwaysWanted() {
    return EnumSet.complementOf(EnumSet.of(Act.ACCEPT, Act.SEND, Act.FLOW, Act.DNS));
  }

  /**
   * Attaches what is wanted beside {@link #alwaysWanted}, and detaches what was wanted before and
   * is not any more. What cannot be attached is left out, with a line in the log.
   */
  public synchronized void want(Set<Act> acts) {
    if (closed) {
      return;
    }
    for (Act act : Act.values()) {
      boolean wanted = acts.contains(act) || always.contains(act);
      if (wanted && !links.containsKey(act) && !refusals.containsKey(act)) {
        attach(act);
      } else if (!wanted && links.containsKey(act)) {
        links.remove(act).reversed().forEach(BpfLink::close);
      }
    }
  }

  /** Which acts are watched. */
  public synchronized Set<Act> attached() {
    return links.isEmpty() ? Set.of() : EnumSet.copyOf(links.keySet());
  }

  /** How often an act's sensor has run. */
  public SensorRuns runs(Act act) {
    return SensorRuns.read(runs, act.ordinal(), SEEN, FILTERED);
  }

  private void attach(Act act) {
    if (!loaded.acts()) {
      refusals.put(act, "the kernel refuses the programs: " + loaded.refusal().orElse(""));
      return;
    }
    List<BpfLink> attached = new ArrayList<>();
    String refusal = "";
    for (Point point : ActSensorTable.points(act)) {
      BpfProgram program = loaded.object().program(point.program());
      if (!program.isLoaded()) {
        refusal = "this kernel has no " + program.section();
        continue;
      }
      try {
        switch (point) {
          case Point.SystemCall call ->
              attached.add(program.attachTracepoint("syscalls", call.tracepoint(), act.ordinal()));
          case Point.Tracepoint _ -> attached.add(program.attach());
          case Point.ControlGroup _ -> attached.add(program.attachCgroup(cgroup));
        }
      } catch (BpfException e) {
        refusal = e.operation() + ": " + e.errnoName();
        LOG.debug("a sensor of {} cannot be attached", act.label(), e);
      }
    }
    if (attached.isEmpty()) {
      refusals.put(act, refusal);
    } else {
      links.put(act, attached);
    }
  }

  /**
   * On which rung each group of acts stands, by calls of this process's own that change nothing.
   */
  synchronized List<CapabilityRung> rungs() {
    List<CapabilityRung> rungs = new ArrayList<>();
    for (Hook hook : ActSensorTable.HOOKS) {
      List<String> seen = new ArrayList<>();
      List<String> missing = new ArrayList<>();
      for (Act act : Act.values()) {
        if (act.hook() == hook && links.containsKey(act)) {
          (fires(act) ? seen : missing).add(act.label());
        } else if (act.hook() == hook && refusals.containsKey(act)) {
          missing.add(act.label() + " (" + refusals.get(act) + ")");
        }
      }
      rungs.add(rung(hook, seen, missing));
    }
    return rungs;
  }

  private static CapabilityRung rung(Hook hook, List<String> seen, List<String> missing) {
    String capability = "observe_" + hook.label();
    boolean demanded = seen.isEmpty() && missing.isEmpty();
    String why =
        demanded
            ? "attached when a rule or a listener asks for it"
            : (seen.isEmpty() ? "" : "seen to fire: " + String.join(", ", seen))
                + (missing.isEmpty() ? "" : "; not here: " + String.join(", ", missing));
    boolean here = demanded || !seen.isEmpty();
    return new CapabilityRung(
        capability,
        here ? ActSensorTable.rung(hook) : "none",
        here,
        here && missing.isEmpty(),
        why,
        missing.isEmpty() ? "" : "a kernel that has them, with tracefs mounted");
  }

  private boolean fires(Act act) {
    long before = runs(act).seen();
    if (!ActSensorTable.trial(act).map(io.ringward.bpf.FutileCall::make).orElse(false)) {
      return true; // It cannot be tried: that it is attached is all that is known.
    }
    long start = System.nanoTime();
    while (runs(act).seen() == before) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        return false;
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    return true;
  }

  @Override
  public synchronized void close() {
    closed = true;
    links.values().forEach(each -> each.reversed().forEach(BpfLink::close));
    links.clear();
  }
}
