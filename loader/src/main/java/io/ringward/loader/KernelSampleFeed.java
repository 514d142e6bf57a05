/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BootClock;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.MapScanner;
import io.ringward.bpf.RawMap;
import io.ringward.kernel.DropCause;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.ControlGroupAccount;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.KernelSample.ProcessAccount;
import io.ringward.kernel.MapFailure;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.SampleFeed;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Reads what the kernel programs count, by batches. Thread-safe: one reading at a time. */
public final class KernelSampleFeed implements SampleFeed {
  private static final long PRODUCED = WireCodecs.offset(WireLayouts.HOOK_COUNTERS, "produced");
  private static final long DROPPED = WireCodecs.offset(WireLayouts.HOOK_COUNTERS, "dropped");
  private static final long FAILURES = WireCodecs.offset(WireLayouts.HOOK_COUNTERS, "map_failures");
  private static final long EXIT = WireCodecs.offset(WireLayouts.CPU_ACCOUNT, "exit_nanos");

  /** A task that exits is switched out once more, which would make its account anew. */
  private static final long LAST_SWITCH_NANOS = 100_000_000L;

  private static final Map<Hook, List<String>> PROGRAMS = findPrograms();

  private final RawMap hookCounters;
  private final RawMap processCpu;
  private final MapScanner processes;
  private final MapScanner controlGroups;
  private final long controlGroupStride;
  private final int controlGroupValues;
  private final PerformanceReader performance;
  private final ToLongFunction<Hook> delivered;
  private final ToLongFunction<Hook> recursionMisses;
  private final MemorySegment index = Arena.ofAuto().allocate(JAVA_INT);
  private final MemorySegment counters;

  KernelSampleFeed(
      BpfObject object, ToLongFunction<Hook> delivered, ToLongFunction<Hook> recursionMisses) {
    this.hookCounters = object.map("hook_counters");
    this.counters = Arena.ofAuto().allocate(hookCounters.valueBufferBytes(), Long.BYTES);
    this.processCpu = object.map("process_cpu");
    this.processes = processCpu.scanner();
    RawMap cgroupCpu = object.map("cgroup_cpu");
    this.controlGroups = cgroupCpu.scanner();
    this.controlGroupStride = cgroupCpu.valueStride();
    this.controlGroupValues = cgroupCpu.valueCount();
    this.performance = new PerformanceReader(object);
    this.delivered = delivered;
    this.recursionMisses = recursionMisses;
  }

  @Override
  public synchronized KernelSample read() {
    long now = BootClock.nanos();
    List<HookCounters> hooks = new ArrayList<>();
    for (Hook hook : Hook.values()) {
      hooks.add(readHook(hook));
    }
    return new KernelSample(
        now, hooks, readProcesses(now), readControlGroups(), performance.read());
  }

  private HookCounters readHook(Hook hook) {
    // What has been taken out was produced before: read in this order, nothing in flight is
    // negative.
    long taken = delivered.applyAsLong(hook);
    index.set(JAVA_INT, 0, hook.ordinal());
    hookCounters.lookup(index, counters);
    List<Long> dropped = new ArrayList<>();
    for (DropCause cause : DropCause.values()) {
      dropped.add(sumOverCpus(DROPPED + cause.ordinal() * (long) Long.BYTES));
    }
    List<Long> failures = new ArrayList<>();
    for (MapFailure failure : MapFailure.values()) {
      failures.add(sumOverCpus(FAILURES + failure.ordinal() * (long) Long.BYTES));
    }
    return new HookCounters(
        hook, sumOverCpus(PRODUCED), dropped, failures, taken, recursionMisses.applyAsLong(hook));
  }

  private long sumOverCpus(long offset) {
    long sum = 0;
    for (int cpu = 0; cpu < hookCounters.valueCount(); cpu++) {
      sum += counters.get(JAVA_LONG, cpu * hookCounters.valueStride() + offset);
    }
    return sum;
  }

  private List<ProcessAccount> readProcesses(long now) {
    List<ProcessAccount> accounts = new ArrayList<>();
    List<ProcessKey> dead = new ArrayList<>();
    processes.scan((keys, keyAt, values, valueAt) -> {
      ProcessKey key = WireCodecs.readKey(keys, keyAt);
      accounts.add(new ProcessAccount(key, WireCodecs.readAccount(values, valueAt)));
      long exit = values.get(JAVA_LONG, valueAt + EXIT);
      if (exit != 0 && now - exit > LAST_SWITCH_NANOS) {
        dead.add(key);
      }
    });
    // Read for the last time: the space is for the living.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment key = call.allocate(WireLayouts.PROCESS_KEY);
      for (ProcessKey gone : dead) {
        WireCodecs.writeKey(gone, key, 0);
        processCpu.delete(key);
      }
    }
    return accounts;
  }

  private List<ControlGroupAccount> readControlGroups() {
    List<ControlGroupAccount> accounts = new ArrayList<>();
    controlGroups.scan((keys, keyAt, values, valueAt) -> {
      CpuAccount sum = WireCodecs.readAccount(values, valueAt);
      for (int cpu = 1; cpu < controlGroupValues; cpu++) {
        sum = add(sum, WireCodecs.readAccount(values, valueAt + cpu * controlGroupStride));
      }
      accounts.add(new ControlGroupAccount(keys.get(JAVA_LONG, keyAt), sum));
    });
    return accounts;
  }

  private static CpuAccount add(CpuAccount one, CpuAccount other) {
    List<Long> histogram = new ArrayList<>(WireLayouts.WAIT_BUCKETS);
    for (int bucket = 0; bucket < WireLayouts.WAIT_BUCKETS; bucket++) {
      histogram.add(one.waitHistogram().get(bucket) + other.waitHistogram().get(bucket));
    }
    return new CpuAccount(
        one.onCpuNanos() + other.onCpuNanos(),
        one.waitNanos() + other.waitNanos(),
        one.switches() + other.switches(),
        histogram);
  }

  /** Which programs run for a hook, by the names of their C functions. */
  static Map<Hook, List<String>> programs() {
    return PROGRAMS;
  }

  private static Map<Hook, List<String>> findPrograms() {
    Map<Hook, List<String>> programs = new EnumMap<>(Hook.class);
    programs.put(Hook.EXEC, List.of("process_exec"));
    programs.put(Hook.FORK, List.of("process_fork"));
    programs.put(Hook.EXIT, List.of("process_exit"));
    programs.put(Hook.CONNECT4, SocketHooks.with("network_connect4", "socket_connect"));
    programs.put(Hook.CONNECT6, SocketHooks.with("network_connect6", "socket_connect"));
    programs.put(Hook.BIND4, SocketHooks.with("network_bind4", "socket_bind"));
    programs.put(Hook.BIND6, SocketHooks.with("network_bind6", "socket_bind"));
    programs.put(Hook.ENFORCEMENT, List.of());
    programs.put(
        Hook.SCHEDULE,
        List.of("schedule_switch", "schedule_wakeup", "schedule_wakeup_new", "schedule_fork"));
    programs.put(Hook.SYSCALLS, List.of("watch_exit_syscall"));
    programs.put(Hook.SEND, SendLimiter.HOOKS);
    programs.put(Hook.PERFORMANCE, PerformanceSensor.allPrograms());
    ActSensorTable.HOOKS.forEach(hook -> programs.put(hook, ActSensorTable.programs(hook)));
    FileSensors.hooks().forEach(hook -> programs.put(hook, FileSensors.programs(hook)));
    return Map.copyOf(programs);
  }
}
