/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.RawMap;
import io.ringward.kernel.Hook;
import io.ringward.kernel.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What refuses operations here, each seen to run on an operation of this process's own. Where
 * nothing can refuse an exec before it happens, a signal ends the new program before its first
 * instruction; where nothing refuses an act, {@link SignalHooks} kill as it is begun. A fork has no
 * such last rung.
 *
 * <p>Holds its links until it is closed. Immutable after its construction, but for those of {@link
 * #signals}.
 */
final class RefusalHooks implements AutoCloseable {
  /** Mirrors {@code enum rw_refusal_hook}: the place is the index into {@code refusal_runs}. */
  private static final List<Operation> RUNS =
      List.of(
          Operation.EXEC,
          Operation.FORK,
          Operation.OPEN,
          Operation.UNLINK,
          Operation.RENAME,
          Operation.MEMORY_EXEC,
          Operation.MODULE_LOAD,
          Operation.PTRACE,
          Operation.BPF,
          Operation.MOUNT,
          Operation.SETUID);

  /** What the tables of the inline policy know something of. */
  private static final Set<Operation> IN_TABLES =
      EnumSet.of(
          Operation.CONNECT,
          Operation.BIND,
          Operation.EXEC,
          Operation.OPEN,
          Operation.UNLINK,
          Operation.RENAME);

  private static final String SIGNAL = "signal";
  private static final String NONE = "none";

  private static final String LIFT = "a kernel that allows BPF trampolines, with bpf in lsm=";

  private final Map<String, BpfLink> links = new LinkedHashMap<>();
  private final Map<Operation, Stand> stands = new EnumMap<>(Operation.class);
  private final SignalHooks signals;

  /**
   * Where an operation stands.
   *
   * @param rung {@code lsm}, {@code fmod_ret}, {@code signal} or {@code none}
   */
  private record Stand(String rung, String why, String whatWouldLiftIt) {}

  private RefusalHooks(LoadedObject loaded) {
    RawMap runs = loaded.object().map("refusal_runs");
    Map<Operation, String> lacks = new EnumMap<>(Operation.class);
    try {
      for (Operation operation : RUNS) {
        Optional<String> lack = attach(loaded, operation, runs);
        lack.ifPresent(why -> lacks.put(operation, why));
      }
      this.signals = new SignalHooks(loaded, lacks.keySet());
    } catch (RuntimeException e) {
      close(links);
      throw e;
    }
    lacks.forEach((operation, why) -> stands.put(operation, fallback(operation, why)));
  }

  /**
   * Attaches and fires.
   *
   * @param loaded with the programs of its trampoline
   */
  static RefusalHooks attach(LoadedObject loaded, ControlWord control) {
    RefusalHooks hooks = new RefusalHooks(loaded);
    try {
      control.setSignalOperations(hooks.bySignal());
      return hooks;
    } catch (RuntimeException e) {
      hooks.close();
      throw e;
    }
  }

  /** Attaches what refuses an operation, or says why nothing here does. */
  private Optional<String> attach(LoadedObject loaded, Operation operation, RawMap runs) {
    if (!isLoaded(loaded, operation)) {
      return Optional.of(loaded.trampolineRefusal());
    }
    Trampoline trampoline = loaded.trampoline().orElseThrow();
    Map<String, BpfLink> attached = new LinkedHashMap<>();
    List<String> names = trampoline.programs(operation);
    try {
      for (String name : names) {
        attached.put(name, loaded.object().program(name).attach());
      }
      if (fires(operation, runs)) {
        links.putAll(attached);
        String better = loaded.trampolineRefusal();
        stands.put(
            operation,
            new Stand(
                trampoline.label(),
                "seen to fire on an operation of our own" + (better.isEmpty() ? "" : "; " + better),
                trampoline.whatWouldLiftIt()));
        return Optional.empty();
      }
      close(attached);
      return Optional.of(names.getFirst() + " is attached and did not fire");
    } catch (BpfException | IOException e) {
      close(attached);
      return Optional.of(names.getFirst() + ": " + e.getMessage());
    }
  }

  private static boolean isLoaded(LoadedObject loaded, Operation operation) {
    return switch (operation) {
      case EXEC, FORK -> loaded.trampoline().isPresent();
      case OPEN, UNLINK, RENAME, MOUNT -> loaded.fileHooks();
      case MEMORY_EXEC, MODULE_LOAD, PTRACE, BPF, SETUID -> loaded.actHooks();
      case CONNECT, BIND, SEND, CPU, MEMORY, IO -> false;
    };
  }

  private static boolean fires(Operation operation, RawMap runs) throws IOException {
    int index = runsOf(operation);
    if (operation == Operation.EXEC || operation == Operation.FORK) {
      Hook hook = operation == Operation.EXEC ? Hook.EXEC : Hook.FORK;
      return new HookFiring(_ -> runs(runs, index)).fires(hook);
    }
    long before = runs(runs, index);
    RefusalTrial.make(operation);
    return runs(runs, index) > before; // it runs in the call itself
  }

  private Stand fallback(Operation operation, String why) {
    if (operation == Operation.EXEC) {
      return new Stand(SIGNAL, "the program dies before its first instruction; " + why, LIFT);
    }
    if (signals.answers(operation)) {
      return new Stand(
          SIGNAL,
          "the process is killed as it enters the call, which may still take effect; attached while"
              + " a verdict blocks it; "
              + why,
          LIFT);
    }
    String unsignalled = SignalCall.of(operation).isEmpty() ? "" : "; " + signals.why(operation);
    return new Stand(NONE, why + unsignalled, LIFT);
  }

  /** The index of an operation's runs in {@code refusal_runs}. */
  static int runsOf(Operation operation) {
    return RUNS.indexOf(operation);
  }

  private static long runs(RawMap map, int index) {
    return new PerCpuCounters(map).sum(index, 0);
  }

  /** What is attached, by the names of the programs. */
  Map<String, BpfLink> links() {
    return Map.copyOf(links);
  }

  /** Operations of which a refusal can be told to the caller, so that they can be throttled. */
  Set<Operation> refusable() {
    return with(stand -> !stand.rung().equals(SIGNAL) && !stand.rung().equals(NONE));
  }

  /** What kills at the entry of a system call, where nothing refuses; to be held while needed. */
  SignalHooks signals() {
    return signals;
  }

  /** Operations of which a block can outlive the agent: its programs are attached all the time. */
  Set<Operation> blockedForLong() {
    return with(stand -> !stand.rung().equals(NONE)).stream()
        .filter(operation -> !signals.answers(operation))
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Operation.class)));
  }

  /** Operations that a signal answers, for want of a hook. */
  Set<Operation> bySignal() {
    return with(stand -> stand.rung().equals(SIGNAL));
  }

  /** Operations of which something here asks the tables of the inline policy. */
  Set<Operation> judged() {
    Set<Operation> judged = EnumSet.of(Operation.CONNECT, Operation.BIND); // by cgroup hooks
    judged.addAll(refusable());
    if (bySignal().contains(Operation.EXEC)) {
      judged.add(Operation.EXEC); // what kills at the entry of a call asks for verdicts alone
    }
    judged.retainAll(IN_TABLES);
    return judged;
  }

  private Set<Operation> with(Predicate<Stand> which) {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    stands.forEach((operation, stand) -> {
      if (which.test(stand)) {
        operations.add(operation);
      }
    });
    return operations;
  }

  /** Where blocking and throttling stand, for each operation. */
  List<CapabilityRung> rungs() {
    List<CapabilityRung> rungs = new ArrayList<>();
    for (Map.Entry<Operation, Stand> entry : stands.entrySet()) {
      Stand stand = entry.getValue();
      boolean refuses = refusable().contains(entry.getKey());
      boolean best = refuses && stand.whatWouldLiftIt().isEmpty();
      boolean blocks = refuses || stand.rung().equals(SIGNAL);
      String operation = entry.getKey().label();
      rungs.add(
          new CapabilityRung(
              "block_" + operation,
              stand.rung(),
              blocks,
              best,
              stand.why(),
              stand.whatWouldLiftIt()));
      rungs.add(
          new CapabilityRung(
              "throttle_" + operation,
              refuses ? stand.rung() : NONE,
              refuses,
              best,
              refuses ? stand.why() : "no hook here can tell the caller to try again",
              stand.whatWouldLiftIt()));
    }
    return rungs;
  }

  private static void close(Map<String, BpfLink> attached) {
    List.copyOf(attached.values()).reversed().forEach(BpfLink::close);
    attached.clear();
  }

  @Override
  public void close() {
    signals.close();
    close(links);
  }
}
