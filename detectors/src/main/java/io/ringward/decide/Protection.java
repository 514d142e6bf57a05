/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.util.Map;
import java.util.Optional;

/**
 * Who is never acted on. Immutable, thread-safe.
 *
 * @param processes by key (init, the agent, its ancestors), with what to call them
 * @param executables by file (sshd, the container runtime), with what to call them; only as root,
 *     since anybody may run a copy of them as himself
 */
public record Protection(Map<ProcessKey, String> processes, Map<FileIdentity, String> executables) {
  /** Nobody but init. */
  public static final Protection NONE = new Protection(Map.of(), Map.of());

  private static final int INIT = 1;

  public Protection {
    processes = Map.copyOf(processes);
    executables = Map.copyOf(executables);
  }

  /** Why a process is protected; empty when it is not. */
  public Optional<String> why(ProcessInfo process) {
    if (process.key().tgid() == INIT) {
      return Optional.of("init");
    }
    String name = processes.get(process.key());
    if (name != null) {
      return Optional.of(name);
    }
    name = process.uid() == 0 ? executables.get(process.executable()) : null;
    return Optional.ofNullable(name).map(n -> n + " as root");
  }

  /**
   * The root of the tree that a finding's process belongs to: the highest ancestor below whoever is
   * protected (a session below sshd, a container below its runtime, a service below init).
   */
  public ProcessKey treeRoot(Finding finding) {
    ProcessKey root = finding.process().key();
    if (why(finding.process()).isPresent()) {
      return root;
    }
    for (ProcessInfo ancestor : finding.ancestry()) {
      if (why(ancestor).isPresent()) {
        break;
      }
      root = ancestor.key();
    }
    return root;
  }
}
