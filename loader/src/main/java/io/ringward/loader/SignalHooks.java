/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.FutileCall;
import io.ringward.bpf.KernelTracepoints;
import io.ringward.kernel.Operation;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The last rung of refusing acts and operations on files: a program at the entry of a system call
 * kills who may not make it. Attached only while a verdict covers the operation, so that nothing
 * runs for these calls otherwise, and seen to fire each time that it is attached. A detachment
 * waits for all CPUs, and is for whoever has time.
 *
 * <p>Holds its links until it is closed. Thread-safe.
 */
final class SignalHooks implements AutoCloseable {
  /**
   * Calls of this process's own that change nothing: it is protected, so the programs let it be.
   */
  private static final Map<Operation, FutileCall> TRIALS =
      Map.of(
          Operation.OPEN, FutileCall.OPENAT,
          Operation.UNLINK, FutileCall.UNLINKAT,
          Operation.RENAME, FutileCall.RENAMEAT2,
          Operation.MEMORY_EXEC, FutileCall.MAP_EXECUTABLE,
          Operation.MODULE_LOAD, FutileCall.INIT_MODULE,
          Operation.PTRACE, FutileCall.PTRACE,
          Operation.BPF, FutileCall.BPF,
          Operation.MOUNT, FutileCall.BIND_MOUNT,
          Operation.SETUID, FutileCall.SETREUID);

  private final LoadedObject loaded;
  private final PerCpuCounters runs;
  private final Map<Operation, List<SignalCall>> calls = new EnumMap<>(Operation.class);
  private final Map<Operation, String> obstacles = new EnumMap<>(Operation.class);
  private final Map<Attached, BpfLink> links = new LinkedHashMap<>();
  private final Set<Operation> needed = EnumSet.noneOf(Operation.class);
  private boolean closed;

  private record Attached(Operation operation, SignalCall call) {}

  /**
   * Looks which operations can be answered; one attachment is made for that, and stays until {@link
   * #detachIdle}.
   *
   * @param wanted those that nothing better answers
   */
  SignalHooks(LoadedObject loaded, Set<Operation> wanted) {
    this.loaded = loaded;
    this.runs = new PerCpuCounters(loaded.object().map("refusal_runs"));
    for (Operation operation : wanted) {
      List<SignalCall> here = here(operation);
      if (!loaded.acts()) {
        obstacles.put(operation, "the kernel refuses the programs: " + loaded.refusal().orElse(""));
      } else if (here.isEmpty()) {
        obstacles.put(operation, "this kernel has no such system call, or tracefs is not mounted");
      } else {
        calls.put(operation, here);
      }
    }
    if (!calls.isEmpty()) {
      Operation tried = calls.containsKey(Operation.BPF) ? Operation.BPF : first(calls.keySet());
      attach(tried)
          .ifPresent(why -> {
            calls.keySet().forEach(operation -> obstacles.put(operation, why));
            calls.clear();
          });
    }
  }

  private static Operation first(Set<Operation> operations) {
    return operations.iterator().next();
  }

  private static List<SignalCall> here(Operation operation) {
    return SignalCall.of(operation).stream()
        .filter(call -> KernelTracepoints.isSystem(call.tracepoint()))
        .toList();
  }

  /** Whether a signal answers a block of it. */
  boolean answers(Operation operation) {
    return calls.containsKey(operation);
  }

  /** Why none does; "" for what nobody wanted. */
  String why(Operation operation) {
    return obstacles.getOrDefault(operation, "");
  }

  /**
   * Attaches what answers these operations and is not attached yet.
   *
   * @return why one cannot be answered; empty when all are
   */
  synchronized Optional<String> cover(Set<Operation> operations) {
    for (Operation operation : operations) {
      if (!closed && answers(operation)) {
        needed.add(operation);
        Optional<String> why = attach(operation);
        if (why.isPresent()) {
          return why;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> attach(Operation operation) {
    boolean before = calls.get(operation).stream().allMatch(call -> has(operation, call));
    try {
      for (SignalCall call : calls.get(operation)) {
        if (!has(operation, call)) {
          links.put(
              new Attached(operation, call),
              loaded
                  .object()
                  .program(call.program())
                  .attachTracepoint("syscalls", call.tracepoint(), operation.bit()));
        }
      }
    } catch (BpfException e) {
      return Optional.of(e.getMessage());
    }
    return before || fires(operation)
        ? Optional.empty()
        : Optional.of(
            "what kills at the entry of "
                + calls.get(operation).getFirst().name()
                + " is attached and did not fire");
  }

  private boolean has(Operation operation, SignalCall call) {
    return links.containsKey(new Attached(operation, call));
  }

  private boolean fires(Operation operation) {
    int index = RefusalHooks.runsOf(operation);
    long before = runs.sum(index, 0);
    return !TRIALS.get(operation).make() || runs.sum(index, 0) > before;
  }

  /** What verdicts in force need, and no more; {@link #detachIdle} detaches the rest. */
  synchronized void need(Set<Operation> operations) {
    needed.clear();
    needed.addAll(operations);
  }

  /**
   * Detaches what nothing needs, one by one: each waits for all CPUs, and a verdict may come in
   * between.
   */
  void detachIdle() {
    boolean more = true;
    while (more) {
      more = detachOne();
    }
  }

  private synchronized boolean detachOne() {
    Optional<Attached> idle =
        links.keySet().stream().filter(each -> !needed.contains(each.operation())).findFirst();
    idle.ifPresent(each -> links.remove(each).close());
    return idle.isPresent();
  }

  /** Which operations have programs attached. */
  synchronized Set<Operation> attached() {
    return links.keySet().stream()
        .map(Attached::operation)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Operation.class)));
  }

  @Override
  public synchronized void close() {
    closed = true;
    links.values().forEach(BpfLink::close);
    links.clear();
  }
}
