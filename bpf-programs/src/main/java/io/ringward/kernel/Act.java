/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Locale;
import java.util.Optional;

/**
 * What a process does, beside starting programs, forking, connecting and working with files, that
 * says something of it. Mirrors {@code enum rw_act} by ordinal; what its numbers mean is told
 * there, and in words of Java by {@link ActDetail}.
 */
public enum Act {
  /** setuid, setreuid, setresuid. */
  SETUID(Hook.IDENTITY),
  /** setgid, setregid, setresgid. */
  SETGID(Hook.IDENTITY),
  CAPSET(Hook.IDENTITY),
  PTRACE(Hook.INTRUSION),
  PROCESS_VM_WRITEV(Hook.INTRUSION),
  PIDFD_GETFD(Hook.INTRUSION),
  /** A signal to a process of another user. */
  SIGNAL(Hook.INTRUSION),
  SETNS(Hook.NAMESPACE),
  UNSHARE(Hook.NAMESPACE),
  USERFAULTFD(Hook.KERNEL),
  KEYCTL(Hook.KERNEL),
  /** A kernel module was loaded. */
  MODULE(Hook.KERNEL),
  /** bpf(2), by a process that is not this agent. */
  BPF(Hook.KERNEL),
  PERF_EVENT_OPEN(Hook.KERNEL),
  IO_URING_SETUP(Hook.KERNEL),
  /** Memory that is executable from its mapping on, and anonymous or written. */
  MMAP(Hook.MEMORY),
  /** Memory that was made executable, and is anonymous or was written. */
  MPROTECT(Hook.MEMORY),
  MEMFD_CREATE(Hook.MEMORY),
  /** A raw or packet socket, or one of an uncommon family. */
  SOCKET(Hook.SOCKET),
  LISTEN(Hook.SOCKET),
  ACCEPT(Hook.SOCKET),
  /** A datagram to a peer that the process has not sent to lately, without connect. */
  SEND(Hook.DATAGRAM),
  /** A socket became standard input, output or error. */
  DUP(Hook.SOCKET),
  /** A TCP connection is over. */
  FLOW(Hook.FLOW),
  /** A message to port 53. */
  DNS(Hook.DATAGRAM);

  private static final Act[] BY_WIRE = values();

  private final Hook hook;

  Act(Hook hook) {
    this.hook = hook;
  }

  /** Under which hook it is counted. */
  public Hook hook() {
    return hook;
  }

  /** The name that people read: {@code setuid}, {@code process_vm_writev}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a verdict has to cover to refuse it; empty for what can only be seen. */
  public Optional<Operation> operation() {
    return switch (this) {
      case SETUID, SETGID -> Optional.of(Operation.SETUID);
      case PTRACE, PROCESS_VM_WRITEV, PIDFD_GETFD -> Optional.of(Operation.PTRACE);
      case MODULE -> Optional.of(Operation.MODULE_LOAD);
      case BPF -> Optional.of(Operation.BPF);
      case MMAP, MPROTECT -> Optional.of(Operation.MEMORY_EXEC);
      case CAPSET,
          SIGNAL,
          SETNS,
          UNSHARE,
          USERFAULTFD,
          KEYCTL,
          PERF_EVENT_OPEN,
          IO_URING_SETUP,
          MEMFD_CREATE,
          SOCKET,
          LISTEN,
          ACCEPT,
          SEND,
          DUP,
          FLOW,
          DNS ->
          Optional.empty();
    };
  }

  /** The act of a wire value, or an {@link IllegalArgumentException} for an unknown one. */
  public static Act ofWire(int wire) {
    if (wire < 0 || wire >= BY_WIRE.length) {
      throw new IllegalArgumentException("unknown act " + wire);
    }
    return BY_WIRE[wire];
  }
}
