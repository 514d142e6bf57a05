/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;
import java.util.Objects;

/**
 * What is known of a process at a moment: its identity, and names as evidence.
 *
 * @param key the identity
 * @param parent the parent's key at fork, or {@link ProcessKey#NONE}
 * @param uid effective user id, initial user namespace, as of the last event
 * @param cgroupId version 2 cgroup as of the last event
 * @param executable the file that runs, as the exec hook read it
 * @param execFlags {@code enum rw_exec_flag} bits, see {@link ExecFlag}
 * @param comm the kernel's 15-character name
 * @param path the path given to exec ("" when unknown)
 * @param arguments argv, up to the wire's bound
 */
public record ProcessInfo(
    ProcessKey key,
    ProcessKey parent,
    int uid,
    long cgroupId,
    FileIdentity executable,
    int execFlags,
    String comm,
    String path,
    List<String> arguments) {
  public ProcessInfo {
    Objects.requireNonNull(key);
    Objects.requireNonNull(parent);
    Objects.requireNonNull(executable);
    Objects.requireNonNull(comm);
    Objects.requireNonNull(path);
    arguments = List.copyOf(arguments);
  }
}
