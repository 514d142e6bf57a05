/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * Where the kernel programs are attached. Mirrors {@code enum rw_hook}; the ordinal is the index.
 */
public enum Hook {
  EXEC,
  FORK,
  EXIT,
  CONNECT4,
  CONNECT6,
  BIND4,
  BIND6,
  /** Not a kernel hook of its own: the audit events of enforcement. */
  ENFORCEMENT,
  /** Aggregates in maps; sends no events. */
  SCHEDULE,
  /** setuid, setgid, capset. */
  IDENTITY,
  /** ptrace, process_vm_writev, pidfd_getfd, signals. */
  INTRUSION,
  /** setns, unshare. */
  NAMESPACE,
  /** Modules, bpf, perf, io_uring, userfaultfd, keyctl. */
  KERNEL,
  /** mmap and mprotect to executable, memfd_create. */
  MEMORY,
  /** socket, listen, accept, dup onto stdio. */
  SOCKET,
  /** Sends to a peer without connect, DNS questions. */
  DATAGRAM,
  /** Summaries of TCP connections at their end. */
  FLOW,
  /** System calls of watched threads; attached while somebody is watched. */
  SYSCALLS,
  /** A file is opened. */
  FILE_OPEN,
  /** unlink, rename, link, symlink. */
  FILE_NAME,
  /** chmod, chown, setxattr. */
  FILE_ATTRIBUTE,
  /** mount, umount, pivot_root. */
  MOUNT,
  /** Block devices, memory, lost segments, interrupts: aggregates in maps; sends no events. */
  PERFORMANCE,
  /** Packets leave; attached while a verdict covers sends. Sends no events of its own. */
  SEND;

  private static final Hook[] BY_WIRE = values();

  /** The metric label and the name that people read: {@code exec}, {@code connect4}, … */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The hook of a wire index, or an {@link IllegalArgumentException} for an unknown one. */
  public static Hook ofWire(int index) {
    if (index < 0 || index >= BY_WIRE.length) {
      throw new IllegalArgumentException("unknown hook index " + index);
    }
    return BY_WIRE[index];
  }
}
