/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfLink;
import io.ringward.bpf.BpfProgram;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.FileWish;
import io.ringward.kernel.Hook;
import io.ringward.kernel.Operation;
import io.ringward.kernel.WireLayouts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sensors of operations on files: attached while somebody wishes to know of the operation
 * somewhere, so that without a wish they cost nothing. On kernels that let programs into their
 * hooks these tell; elsewhere what system calls have done is seen as they return.
 *
 * <p>Once a second it looks whether other files stand at the paths of the wishes, and tells the
 * kernel. Holds its links until it is closed. Thread-safe.
 */
public final class FileSensors implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileSensors.class);
  private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();
  private static final String SYSCALLS = "syscall_tracepoint";
  static final String SYSCALL_PROGRAM = "file_syscall";
  private static final long SEEN = WireCodecs.offset(WireLayouts.FILE_RUNS, "seen");
  private static final long FILTERED = WireCodecs.offset(WireLayouts.FILE_RUNS, "filtered");

  /** Which operations a hook of the loss accounts stands for. */
  private static final Map<Hook, Set<FileOperation>> GROUPS =
      new EnumMap<>(
          Map.of(
              Hook.FILE_OPEN, operations(FileWish.Kind.READ),
              Hook.FILE_NAME, operations(FileWish.Kind.NAME),
              Hook.FILE_ATTRIBUTE, operations(FileWish.Kind.ATTRIBUTE),
              Hook.MOUNT, operations(FileWish.Kind.MOUNT)));

  private final LoadedObject loaded;
  private final FileIdentifier identifier;
  private final Path hostRoot;
  private final Set<Operation> held;
  private final boolean tried;
  private final WantedFiles tables;
  private final PerCpuCounters runs;
  private final Map<FileOperation, List<BpfLink>> links = new EnumMap<>(FileOperation.class);
  private final Map<FileOperation, String> refusals = new EnumMap<>(FileOperation.class);
  private final PeriodicThread thread;
  private List<FileWish> wishes = List.of();
  private FileKeys seenKeys = FileKeys.NONE;
  private boolean asked;
  private boolean closed;

  /**
   * @param held operations whose hooks are attached anyway, to refuse
   * @param tried whether {@link #rungs} tries them
   */
  FileSensors(
      LoadedObject loaded,
      FileIdentifier identifier,
      Path hostRoot,
      Set<Operation> held,
      boolean tried) {
    this.loaded = loaded;
    this.identifier = identifier;
    this.hostRoot = hostRoot;
    this.held = Set.copyOf(held);
    this.tried = tried;
    this.tables = new WantedFiles(loaded.object());
    this.runs = new PerCpuCounters(loaded.object().map("file_runs"));
    this.thread = new PeriodicThread("file-wishes", PERIOD_NANOS, this::refresh);
  }

  /** The hooks of the loss accounts that these sensors count on. */
  static Set<Hook> hooks() {
    return GROUPS.keySet();
  }

  /** The programs that count on one; the one for all system calls is told with the opens. */
  static List<String> programs(Hook hook) {
    List<String> programs = new ArrayList<>();
    for (Trampoline trampoline : Trampoline.values()) {
      GROUPS.get(hook).forEach(operation -> programs.addAll(trampoline.filePrograms(operation)));
    }
    if (hook == Hook.FILE_OPEN) {
      programs.add(SYSCALL_PROGRAM);
    }
    return List.copyOf(programs);
  }

  /** Which operations tell what a wish of a kind asks for. */
  private static Set<FileOperation> operations(FileWish.Kind kind) {
    return switch (kind) {
      case READ, WRITE -> EnumSet.of(FileOperation.OPEN);
      case NAME ->
          EnumSet.of(
              FileOperation.UNLINK,
              FileOperation.RENAME,
              FileOperation.LINK,
              FileOperation.SYMLINK);
      case ATTRIBUTE ->
          EnumSet.of(FileOperation.CHMOD, FileOperation.CHOWN, FileOperation.SETXATTR);
      case MOUNT -> EnumSet.of(FileOperation.MOUNT, FileOperation.UMOUNT, FileOperation.PIVOT_ROOT);
    };
  }

  /**
   * Replaces the wishes: what they ask for is attached and told from now on, and nothing else. What
   * cannot be attached is left out, with a line in the log. What is not wanted any more is filtered
   * in the kernel at once and detached within seconds: each detachment waits for all CPUs, and
   * whoever wishes does not wait with it.
   */
  public synchronized void want(Collection<FileWish> wanted) {
    if (closed) {
      return;
    }
    asked = true;
    wishes = List.copyOf(wanted);
    resolve();
    attachWanted();
  }

  private void attachWanted() {
    for (FileOperation operation : wantedOperations()) {
      if (!links.containsKey(operation) && !refusals.containsKey(operation)) {
        attach(operation);
      }
    }
  }

  private EnumSet<FileOperation> wantedOperations() {
    EnumSet<FileOperation> operations = EnumSet.noneOf(FileOperation.class);
    wishes.forEach(wish -> wish.kinds().forEach(kind -> operations.addAll(operations(kind))));
    return operations;
  }

  /** What is wished for now. */
  public synchronized List<FileWish> wishes() {
    return wishes;
  }

  /** The operations whose sensors are attached. */
  public synchronized Set<FileOperation> attached() {
    return links.isEmpty() ? Set.of() : EnumSet.copyOf(links.keySet());
  }

  /** How often an operation was seen. */
  public SensorRuns runs(FileOperation operation) {
    return SensorRuns.read(runs, operation.ordinal(), SEEN, FILTERED);
  }

  private void resolve() {
    FileKeys keys = fileKeys();
    tables.write(FileWishes.resolve(wishes, hostRoot, identifier::identifyEach));
    seenKeys = keys;
  }

  private FileKeys fileKeys() {
    return FileKeys.of(FileWishes.watched(wishes, hostRoot));
  }

  /**
   * Looks whether other files stand at the wished paths, and detaches what nobody wishes for; asked
   * once a second.
   */
  void refresh() {
    resolveAgain();
    while (detachUnwanted()) {
      // One at a time: a wish may come in between.
    }
  }

  private synchronized void resolveAgain() {
    if (closed) {
      return;
    }
    if (!wishes.isEmpty() && !fileKeys().equals(seenKeys)) {
      resolve();
    }
    attachWanted();
  }

  /**
   * Detaches one operation's. Not before anybody has said what he wishes: what was attached for the
   * trial may be just that, and the start would wait for its detachments.
   *
   * @return whether there was one
   */
  private synchronized boolean detachUnwanted() {
    if (closed || !asked) {
      return false;
    }
    Set<FileOperation> unwanted = EnumSet.complementOf(wantedOperations());
    unwanted.retainAll(links.keySet());
    Optional<FileOperation> first = unwanted.stream().findFirst();
    first.ifPresent(operation -> links.remove(operation).reversed().forEach(BpfLink::close));
    return first.isPresent();
  }

  private void attach(FileOperation operation) {
    List<BpfLink> attached = new ArrayList<>();
    String refusal = "the kernel refuses the programs: " + loaded.refusal().orElse("");
    if (loaded.fileHooks()) {
      for (String name : loaded.trampoline().orElseThrow().filePrograms(operation)) {
        if (isHeld(operation)) {
          continue;
        }
        try {
          attached.add(loaded.object().program(name).attach());
        } catch (BpfException e) {
          refusal = e.operation() + ": " + e.errnoName();
        }
      }
    } else if (loaded.fileSyscalls()) {
      BpfProgram program = loaded.object().program(SYSCALL_PROGRAM);
      for (FileSyscall call : FileSyscall.ALL) {
        if (call.operation() == operation) {
          try {
            attached.add(program.attachTracepoint("syscalls", call.tracepoint(), call.cookie()));
          } catch (BpfException e) { // not of this architecture or version, or no tracefs
            refusal = e.operation() + ": " + e.errnoName();
          }
        }
      }
    }
    if (attached.isEmpty() && !isHeld(operation)) {
      if (refusals.put(operation, refusal) == null) {
        LOG.warn("{} of files cannot be seen here: {}", operation.label(), refusal);
      }
    } else {
      links.put(operation, attached);
    }
  }

  private boolean isHeld(FileOperation operation) {
    return switch (operation) {
      case OPEN -> held.contains(Operation.OPEN);
      case UNLINK -> held.contains(Operation.UNLINK);
      case RENAME -> held.contains(Operation.RENAME);
      case MOUNT, UMOUNT, PIVOT_ROOT -> held.contains(Operation.MOUNT);
      case LINK, SYMLINK, CHMOD, CHOWN, SETXATTR -> false;
    };
  }

  /**
   * On which rung each group stands, by operations of this process's own on files of its own. What
   * was attached for that stays until somebody has said what he wishes.
   */
  synchronized List<CapabilityRung> rungs() {
    if (!tried) {
      return List.of();
    }
    for (FileOperation operation : FileOperation.values()) {
      attach(operation);
    }
    Map<FileOperation, Boolean> fired = new EnumMap<>(FileOperation.class);
    FileTrial.run(operation -> runs(operation).seen(), fired);
    List<CapabilityRung> rungs = new ArrayList<>();
    for (Map.Entry<Hook, Set<FileOperation>> group : GROUPS.entrySet()) {
      rungs.add(rung(group.getKey(), group.getValue(), fired));
    }
    return rungs;
  }

  private CapabilityRung rung(
      Hook hook, Set<FileOperation> operations, Map<FileOperation, Boolean> fired) {
    List<String> seen = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (FileOperation operation : operations) {
      if (links.containsKey(operation) && fired.getOrDefault(operation, true)) {
        seen.add(operation.label());
      } else if (links.containsKey(operation)) {
        missing.add(operation.label() + " (attached and did not fire)");
      } else {
        missing.add(operation.label() + " (" + refusals.get(operation) + ")");
      }
    }
    boolean hooks = loaded.fileHooks();
    String label = hooks ? loaded.trampoline().orElseThrow().label() : SYSCALLS;
    String why =
        (seen.isEmpty()
                ? ""
                : (fired.keySet().containsAll(operations) ? "seen to fire: " : "attached: ")
                    + String.join(", ", seen))
            + (missing.isEmpty() ? "" : "; not here: " + String.join(", ", missing))
            + (hooks ? "" : "; after the fact, names as the caller wrote them");
    return new CapabilityRung(
        "observe_" + hook.label(),
        seen.isEmpty() ? "none" : label,
        !seen.isEmpty(),
        hooks && missing.isEmpty() && loaded.trampoline().orElseThrow().whatWouldLiftIt().isEmpty(),
        why,
        hooks
            ? loaded.trampoline().orElseThrow().whatWouldLiftIt()
            : "a kernel that allows BPF trampolines, with bpf in lsm=");
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      links.values().forEach(each -> each.reversed().forEach(BpfLink::close));
      links.clear();
    }
    thread.close();
  }
}
