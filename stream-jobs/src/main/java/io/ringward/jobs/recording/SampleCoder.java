/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.recording.EventMemory.Known;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.ControlGroupAccount;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.KernelSample.ProcessAccount;
import io.ringward.kernel.PerformanceCount;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes and reads kernel samples by what grew since the one before: of thousands of counters few
 * do. One coder either writes or reads. Not thread-safe.
 */
final class SampleCoder {
  private static final CpuAccount NOTHING = new CpuAccount(0, 0, 0, List.of());
  private static final HookCounters NO_COUNTERS =
      new HookCounters(Hook.EXEC, 0, List.of(), List.of(), 0, 0);
  private static final int MOST = 1 << 20;
  private static final int MOST_NUMBERS = 4096;

  private final EventMemory memory;
  private Map<ProcessKey, CpuAccount> processes = Map.of();
  private Map<Long, CpuAccount> groups = Map.of();
  private List<HookCounters> hooks = List.of();
  private Map<RowKey, List<Long>> performance = Map.of();

  private record RowKey(PerformanceCount.Kind kind, List<Long> key) {
    static RowKey of(PerformanceCount row) {
      return new RowKey(row.kind(), row.key());
    }
  }

  SampleCoder(EventMemory memory) {
    this.memory = memory;
  }

  void write(KernelSample sample, CompactOutput out) {
    memory.begin();
    out.unsigned(sample.hooks().size());
    for (int i = 0; i < sample.hooks().size(); i++) {
      write(sample.hooks().get(i), i < hooks.size() ? hooks.get(i) : NO_COUNTERS, out);
    }
    out.unsigned(sample.processes().size());
    for (ProcessAccount entry : sample.processes()) {
      ProcessKey key = entry.process();
      memory.write(key.startBoottimeNanos(), key.tgid(), out);
      write(entry.account(), processes.getOrDefault(key, NOTHING), out);
    }
    out.unsigned(sample.controlGroups().size());
    for (ControlGroupAccount entry : sample.controlGroups()) {
      out.unsigned(entry.cgroupId());
      write(entry.account(), groups.getOrDefault(entry.cgroupId(), NOTHING), out);
    }
    out.unsigned(sample.performance().size());
    for (PerformanceCount row : sample.performance()) {
      out.unsigned(row.kind().ordinal());
      write(row.key(), List.of(), out);
      write(row.values(), performance.getOrDefault(RowKey.of(row), List.of()), out);
    }
    remember(sample);
  }

  KernelSample read(long timeNanos, CompactInput in) throws IOException {
    memory.begin();
    List<HookCounters> readHooks = new ArrayList<>();
    int hookCount = in.count(MOST_NUMBERS);
    for (int i = 0; i < hookCount; i++) {
      readHooks.add(readCounters(i < hooks.size() ? hooks.get(i) : NO_COUNTERS, in));
    }
    List<ProcessAccount> readProcesses = new ArrayList<>();
    int processCount = in.count(MOST);
    for (int i = 0; i < processCount; i++) {
      Known known = memory.read(in);
      ProcessKey key = new ProcessKey(known.start, known.tgid);
      readProcesses.add(
          new ProcessAccount(key, readAccount(processes.getOrDefault(key, NOTHING), in)));
    }
    List<ControlGroupAccount> readGroups = new ArrayList<>();
    int groupCount = in.count(MOST);
    for (int i = 0; i < groupCount; i++) {
      long id = in.unsigned();
      readGroups.add(
          new ControlGroupAccount(id, readAccount(groups.getOrDefault(id, NOTHING), in)));
    }
    List<PerformanceCount> readRows = new ArrayList<>();
    int rowCount = in.count(MOST);
    for (int i = 0; i < rowCount; i++) {
      readRows.add(readRow(in));
    }
    KernelSample sample =
        new KernelSample(timeNanos, readHooks, readProcesses, readGroups, readRows);
    remember(sample);
    return sample;
  }

  private PerformanceCount readRow(CompactInput in) throws IOException {
    PerformanceCount.Kind[] kinds = PerformanceCount.Kind.values();
    PerformanceCount.Kind kind = kinds[in.count(kinds.length - 1)];
    List<Long> key = readNumbers(List.of(), in);
    List<Long> values = readNumbers(performance.getOrDefault(new RowKey(kind, key), List.of()), in);
    try {
      return kind.of(key, values);
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new StreamCorruptedException(e.getMessage());
    }
  }

  private void remember(KernelSample sample) {
    hooks = sample.hooks();
    processes = new HashMap<>();
    sample.processes().forEach(entry -> processes.put(entry.process(), entry.account()));
    performance = new HashMap<>();
    sample.performance().forEach(row -> performance.put(RowKey.of(row), row.values()));
    groups = new HashMap<>();
    sample.controlGroups().forEach(entry -> groups.put(entry.cgroupId(), entry.account()));
  }

  private static void write(HookCounters now, HookCounters before, CompactOutput out) {
    out.unsigned(now.hook().ordinal());
    out.signed(now.produced() - before.produced());
    out.signed(now.delivered() - before.delivered());
    out.signed(now.recursionMisses() - before.recursionMisses());
    write(now.dropped(), before.dropped(), out);
    write(now.mapFailures(), before.mapFailures(), out);
  }

  private static HookCounters readCounters(HookCounters before, CompactInput in)
      throws IOException {
    Hook hook = Hook.values()[in.count(Hook.values().length - 1)];
    long produced = before.produced() + in.signed();
    long delivered = before.delivered() + in.signed();
    long misses = before.recursionMisses() + in.signed();
    List<Long> dropped = readNumbers(before.dropped(), in);
    return new HookCounters(
        hook, produced, dropped, readNumbers(before.mapFailures(), in), delivered, misses);
  }

  private static void write(CpuAccount now, CpuAccount before, CompactOutput out) {
    if (now.equals(before)) {
      out.unsigned(0);
      return;
    }
    out.unsigned(1);
    out.signed(now.onCpuNanos() - before.onCpuNanos());
    out.signed(now.waitNanos() - before.waitNanos());
    out.signed(now.switches() - before.switches());
    write(now.waitHistogram(), before.waitHistogram(), out);
  }

  private static CpuAccount readAccount(CpuAccount before, CompactInput in) throws IOException {
    if (in.unsigned() == 0) {
      return before;
    }
    return new CpuAccount(
        before.onCpuNanos() + in.signed(),
        before.waitNanos() + in.signed(),
        before.switches() + in.signed(),
        readNumbers(before.waitHistogram(), in));
  }

  /** How many numbers, how many of them grew, and of each of those the place and by how much. */
  private static void write(List<Long> now, List<Long> before, CompactOutput out) {
    out.unsigned(now.size());
    int changed = 0;
    for (int i = 0; i < now.size(); i++) {
      changed += now.get(i) == at(before, i) ? 0 : 1;
    }
    out.unsigned(changed);
    int last = 0;
    for (int i = 0; i < now.size(); i++) {
      long grown = now.get(i) - at(before, i);
      if (grown != 0) {
        out.unsigned(i - last);
        out.signed(grown);
        last = i;
      }
    }
  }

  private static List<Long> readNumbers(List<Long> before, CompactInput in) throws IOException {
    int size = in.count(MOST_NUMBERS);
    int changed = in.count(size);
    List<Long> numbers = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      numbers.add(at(before, i));
    }
    int place = 0;
    for (int i = 0; i < changed; i++) {
      place += in.count(size - 1 - place);
      numbers.set(place, numbers.get(place) + in.signed());
    }
    return numbers;
  }

  private static long at(List<Long> numbers, int index) {
    return index < numbers.size() ? numbers.get(index) : 0;
  }
}
