/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.bpf.BpfMap;
import io.ringward.bpf.BpfObject;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps protection true when a protected program is replaced on disk: a package upgrade makes a new
 * inode, which the hooks do not know. Asked once a second and before anything but the subject
 * itself is acted on; a few stat(2) calls when nothing has changed. Thread-safe.
 */
final class ProtectionRefresh {
  private final BpfMap<ProcessKey, Byte> processes;
  private final BpfMap<FileIdentity, Byte> files;
  private final ProcessWalk walk;
  private final FileIdentifier identifier;
  private final List<Path> paths;
  private final Set<FileIdentity> known;
  private FileKeys seen = FileKeys.NONE;
  private volatile Set<String> names = Set.of();

  /**
   * @param known what the kernel has been told already
   */
  ProtectionRefresh(
      BpfObject object,
      ProcessWalk walk,
      FileIdentifier identifier,
      List<Path> paths,
      Set<FileIdentity> known) {
    this.processes = object.map("protected_process", WireCodecs.PROCESS_KEY, WireCodecs.BYTE);
    this.files = object.map("protected_executable", WireCodecs.FILE_IDENTITY, WireCodecs.BYTE);
    this.walk = walk;
    this.identifier = identifier;
    this.paths = List.copyOf(paths);
    this.known = new HashSet<>(known);
    this.names = names(paths);
  }

  /** As the configuration has them, and where symbolic links lead now. */
  private static Set<String> names(Collection<Path> paths) {
    Set<String> names = new HashSet<>();
    for (Path path : paths) {
      names.add(HostRoot.nameOnHost(path));
      try {
        names.add(path.toRealPath().toString());
      } catch (IOException e) {
        continue; // not installed here
      }
    }
    return Set.copyOf(names);
  }

  /**
   * Whether a process runs a program of a protected name, which may have been replaced on disk
   * since the last refresh.
   */
  boolean concerns(ProcessKey process) {
    return ProcessEvidence.executable(process.tgid()).filter(names::contains).isPresent();
  }

  synchronized void refresh() {
    FileKeys now = FileKeys.of(paths);
    if (now.equals(seen)) {
      return;
    }
    Set<FileIdentity> found = identifier.identify(paths);
    found.removeAll(known);
    if (!found.isEmpty()) {
      ProtectedProcesses.tell(files, processes, found, walk);
      known.addAll(found);
    }
    seen = now;
    names = names(paths);
  }
}
