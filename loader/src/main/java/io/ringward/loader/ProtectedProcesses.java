/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfException;
import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.UpdateMode;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells the kernel side whom it never acts on: this process and its ancestors, whatever they run,
 * and those that run one of some executables as root. Init and kernel threads are protected without
 * being told.
 *
 * @param ancestors this process and those above it
 * @param executables as the hooks read them
 */
public record ProtectedProcesses(Set<ProcessKey> ancestors, Set<FileIdentity> executables) {
  /** {@code enum rw_protection}. */
  private static final byte BY_PROCESS = 1;

  private static final byte BY_EXECUTABLE = 2;

  public ProtectedProcesses {
    ancestors = Set.copyOf(ancestors);
    executables = Set.copyOf(executables);
  }

  /** Fills the kernel's maps; the hooks keep them true from then on. */
  static ProtectedProcesses install(
      BpfObject object, ProcessWalk walk, FileIdentifier files, List<Path> paths) {
    BpfMap<ProcessKey, Byte> processes =
        object.map("protected_process", WireCodecs.PROCESS_KEY, WireCodecs.BYTE);
    BpfMap<FileIdentity, Byte> executableMap =
        object.map("protected_executable", WireCodecs.FILE_IDENTITY, WireCodecs.BYTE);
    Collection<LiveProcess> live = walk.all();
    Set<ProcessKey> ancestors = ancestors(live);
    Set<FileIdentity> executables = executables(live, files, paths);
    try {
      ancestors.forEach(key -> processes.put(key, BY_PROCESS));
      tell(executableMap, processes, executables, walk);
    } catch (BpfException e) {
      throw new HostKernelException(
          "cannot protect all that the configuration names (shorten the list): " + e.getMessage(),
          e);
    }
    return new ProtectedProcesses(ancestors, executables);
  }

  /**
   * Tells the kernel of files, then of the processes that run them already: those that exec them
   * from here on are found by the hook.
   */
  static void tell(
      BpfMap<FileIdentity, Byte> files,
      BpfMap<ProcessKey, Byte> processes,
      Set<FileIdentity> executables,
      ProcessWalk walk) {
    executables.forEach(file -> files.put(file, BY_EXECUTABLE));
    for (LiveProcess process : walk.all()) {
      if (process.uid() == 0 && executables.contains(process.executable())) {
        processes.update(process.key(), BY_EXECUTABLE, UpdateMode.IF_ABSENT);
      }
    }
  }

  private static Set<ProcessKey> ancestors(Collection<LiveProcess> live) {
    Map<ProcessKey, LiveProcess> byKey = new HashMap<>();
    live.forEach(process -> byKey.put(process.key(), process));
    long own = ProcessHandle.current().pid();
    LiveProcess at =
        live.stream()
            .filter(process -> process.key().tgid() == own)
            .findFirst()
            .orElseThrow(() ->
                new HostKernelException(
                    "the kernel does not know this process as "
                        + own
                        + ": run Ringward in the host's pid namespace (--pid=host)"));
    Set<ProcessKey> ancestors = new HashSet<>();
    while (at != null && ancestors.add(at.key())) {
      at = byKey.get(at.parent());
    }
    return ancestors;
  }

  private static Set<FileIdentity> executables(
      Collection<LiveProcess> live, FileIdentifier files, List<Path> paths) {
    Set<FileIdentity> found = files.identify(paths);
    Set<String> names = new HashSet<>();
    for (Path path : paths) {
      names.add(HostRoot.nameOnHost(path));
      real(path).ifPresent(file -> names.add(file.toString()));
    }
    // A process may run what is no longer on disk under that name: an upgrade leaves it behind.
    for (LiveProcess process : live) {
      if (process.uid() == 0
          && process.executable().inode() != 0
          && ProcessEvidence.executable(process.key().tgid()).filter(names::contains).isPresent()) {
        found.add(process.executable());
      }
    }
    return found;
  }

  private static Optional<Path> real(Path path) {
    try {
      return Optional.of(path.toRealPath());
    } catch (IOException e) {
      return Optional.empty(); // Not installed here.
    }
  }
}
