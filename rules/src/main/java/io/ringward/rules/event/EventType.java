/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import io.ringward.kernel.Act;
import io.ringward.kernel.FileOperation;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a rule may ask for by {@code evt.type}. Each type has Falco's names: system calls that do
 * the same to a process are one event here, so {@code evt.type = execveat} is the same test as
 * {@code evt.type = execve}.
 */
public enum EventType {
  /** A process has replaced its program. */
  EXECVE("execve", "execveat"),
  /** A process has made a child; the acting process is the one that forked. */
  CLONE("clone", "clone3", "fork", "vfork"),
  /** The last thread of a process is gone. */
  PROCEXIT("procexit"),
  /** A process asks for a connection, or sets the peer of a datagram socket. */
  CONNECT("connect"),
  /** A process binds a socket to a local address. */
  BIND("bind"),
  /** The user ids of a process changed, or were asked to and were not. */
  SETUID("setuid", "setreuid", "setresuid"),
  /** The group ids of a process changed, or were asked to and were not. */
  SETGID("setgid", "setregid", "setresgid"),
  /** The capabilities of a process changed, or were asked to and were not. */
  CAPSET("capset"),
  /** A process traces another, or works on the one that it traces. */
  PTRACE("ptrace"),
  /** A process writes into another's memory. */
  PROCESS_VM_WRITEV("process_vm_writev"),
  /** A process takes a copy of another's file descriptor. */
  PIDFD_GETFD("pidfd_getfd"),
  /** A process sends a signal to one of another user. */
  KILL("kill", "tkill", "tgkill"),
  /** A process enters another's namespace. */
  SETNS("setns"),
  /** A process leaves namespaces that it shared. */
  UNSHARE("unshare"),
  USERFAULTFD("userfaultfd"),
  KEYCTL("keyctl"),
  /** A kernel module was loaded. */
  MODULE("finit_module", "init_module"),
  /** A process that is not this agent works on eBPF. */
  BPF("bpf"),
  PERF_EVENT_OPEN("perf_event_open"),
  IO_URING_SETUP("io_uring_setup"),
  /** Anonymous or written memory is mapped so that it can be executed. */
  MMAP("mmap", "mmap2"),
  /** Anonymous or written memory is made executable. */
  MPROTECT("mprotect", "pkey_mprotect"),
  MEMFD_CREATE("memfd_create"),
  /** A raw or packet socket is made, or one of an uncommon family. */
  SOCKET("socket"),
  LISTEN("listen"),
  ACCEPT("accept", "accept4"),
  /** A datagram goes to a peer that the process has not sent to lately, without connect. */
  SEND("sendto", "sendmsg", "sendmmsg"),
  /** A socket becomes standard input, output or error. */
  DUP("dup2", "dup", "dup3", "fcntl"),
  /** A TCP connection is over: Ringward's own. */
  FLOW("flow"),
  /** A process asks a name server: Ringward's own. */
  DNS("dns"),
  /** What a thread under a watch has called: up to 64 system calls in one event. */
  SYSCALLS("syscalls"),
  /** A file is opened, or has been. */
  OPEN("open", "openat", "openat2", "creat", "open_by_handle_at"),
  /** A file's name is taken away, or a directory. */
  UNLINK("unlink", "unlinkat", "rmdir"),
  RENAME("rename", "renameat", "renameat2"),
  /** A file gets one more name. */
  LINK("link", "linkat"),
  SYMLINK("symlink", "symlinkat"),
  CHMOD("chmod", "fchmod", "fchmodat", "fchmodat2"),
  CHOWN("chown", "fchown", "lchown", "fchownat"),
  /** An extended attribute of a file is set. */
  SETXATTR("setxattr", "lsetxattr", "fsetxattr", "setxattrat"),
  MOUNT("mount", "move_mount"),
  UMOUNT("umount", "umount2"),
  PIVOT_ROOT("pivot_root");

  private static final List<EventType> ALL = List.of(values());

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final List<String> names;

  EventType(String... names) {
    this.names = List.of(names);
  }

  /** The type that an operation on a file has in rules. */
  public static EventType of(FileOperation operation) {
    return switch (operation) {
      case OPEN -> OPEN;
      case UNLINK -> UNLINK;
      case RENAME -> RENAME;
      case LINK -> LINK;
      case SYMLINK -> SYMLINK;
      case CHMOD -> CHMOD;
      case CHOWN -> CHOWN;
      case SETXATTR -> SETXATTR;
      case MOUNT -> MOUNT;
      case UMOUNT -> UMOUNT;
      case PIVOT_ROOT -> PIVOT_ROOT;
    };
  }

  /** The type that an act has in rules. */
  public static EventType of(Act act) {
    return switch (act) {
      case SETUID -> SETUID;
      case SETGID -> SETGID;
      case CAPSET -> CAPSET;
      case PTRACE -> PTRACE;
      case PROCESS_VM_WRITEV -> PROCESS_VM_WRITEV;
      case PIDFD_GETFD -> PIDFD_GETFD;
      case SIGNAL -> KILL;
      case SETNS -> SETNS;
      case UNSHARE -> UNSHARE;
      case USERFAULTFD -> USERFAULTFD;
      case KEYCTL -> KEYCTL;
      case MODULE -> MODULE;
      case BPF -> BPF;
      case PERF_EVENT_OPEN -> PERF_EVENT_OPEN;
      case IO_URING_SETUP -> IO_URING_SETUP;
      case MMAP -> MMAP;
      case MPROTECT -> MPROTECT;
      case MEMFD_CREATE -> MEMFD_CREATE;
      case SOCKET -> SOCKET;
      case LISTEN -> LISTEN;
      case ACCEPT -> ACCEPT;
      case SEND -> SEND;
      case DUP -> DUP;
      case FLOW -> FLOW;
      case DNS -> DNS;
    };
  }

  /** The name that {@code %evt.type} prints. */
  public String label() {
    return names.getFirst();
  }

  /** All the names by which rules know it, the {@link #label()} first. */
  public List<String> names() {
    return names;
  }

  /** The type of a name. */
  public static Optional<EventType> named(String name) {
    return ALL.stream().filter(type -> type.names.contains(name)).findFirst();
  }

  /** The names of all types, for messages and suggestions. */
  public static List<String> allNames() {
    return Arrays.stream(values()).flatMap(type -> type.names.stream()).toList();
  }
}
