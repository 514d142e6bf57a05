/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.List;

/**
 * The names that the kernel's headers give to the numbers of {@link Act}s, as Falco prints them. A
 * number without a name here is written as a number; bits are joined by {@code |}.
 */
public final class ActNames {
  /** From linux/capability.h, by bit. */
  private static final List<String> CAPABILITIES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_LINUX_IMMUTABLE",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_BROADCAST",
          "CAP_NET_ADMIN",
          "CAP_NET_RAW",
          "CAP_IPC_LOCK",
          "CAP_IPC_OWNER",
          "CAP_SYS_MODULE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_CHROOT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_PACCT",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_NICE",
          "CAP_SYS_RESOURCE",
          "CAP_SYS_TIME",
          "CAP_SYS_TTY_CONFIG",
          "CAP_MKNOD",
          "CAP_LEASE",
          "CAP_AUDIT_WRITE",
          "CAP_AUDIT_CONTROL",
          "CAP_SETFCAP",
          "CAP_MAC_OVERRIDE",
          "CAP_MAC_ADMIN",
          "CAP_SYSLOG",
          "CAP_WAKE_ALARM",
          "CAP_BLOCK_SUSPEND",
          "CAP_AUDIT_READ",
          "CAP_PERFMON",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE");

  /** From linux/bpf.h, enum bpf_cmd, by number. */
  private static final List<String> BPF_COMMANDS =
      List.of(
          "BPF_MAP_CREATE",
          "BPF_MAP_LOOKUP_ELEM",
          "BPF_MAP_UPDATE_ELEM",
          "BPF_MAP_DELETE_ELEM",
          "BPF_MAP_GET_NEXT_KEY",
          "BPF_PROG_LOAD",
          "BPF_OBJ_PIN",
          "BPF_OBJ_GET",
          "BPF_PROG_ATTACH",
          "BPF_PROG_DETACH",
          "BPF_PROG_TEST_RUN",
          "BPF_PROG_GET_NEXT_ID",
          "BPF_MAP_GET_NEXT_ID",
          "BPF_PROG_GET_FD_BY_ID",
          "BPF_MAP_GET_FD_BY_ID",
          "BPF_OBJ_GET_INFO_BY_FD",
          "BPF_PROG_QUERY",
          "BPF_RAW_TRACEPOINT_OPEN",
          "BPF_BTF_LOAD",
          "BPF_BTF_GET_FD_BY_ID",
          "BPF_TASK_FD_QUERY",
          "BPF_MAP_LOOKUP_AND_DELETE_ELEM",
          "BPF_MAP_FREEZE",
          "BPF_BTF_GET_NEXT_ID",
          "BPF_MAP_LOOKUP_BATCH",
          "BPF_MAP_LOOKUP_AND_DELETE_BATCH",
          "BPF_MAP_UPDATE_BATCH",
          "BPF_MAP_DELETE_BATCH",
          "BPF_LINK_CREATE",
          "BPF_LINK_UPDATE",
          "BPF_LINK_GET_FD_BY_ID",
          "BPF_LINK_GET_NEXT_ID",
          "BPF_ENABLE_STATS",
          "BPF_ITER_CREATE",
          "BPF_LINK_DETACH",
          "BPF_PROG_BIND_MAP");

  private ActNames() {}

  /** A request of ptrace(2). */
  public static String ptraceRequest(long request) {
    return switch ((int) request) {
      case 0 -> "PTRACE_TRACEME";
      case 1 -> "PTRACE_PEEKTEXT";
      case 2 -> "PTRACE_PEEKDATA";
      case 3 -> "PTRACE_PEEKUSR";
      case 4 -> "PTRACE_POKETEXT";
      case 5 -> "PTRACE_POKEDATA";
      case 6 -> "PTRACE_POKEUSR";
      case 7 -> "PTRACE_CONT";
      case 8 -> "PTRACE_KILL";
      case 9 -> "PTRACE_SINGLESTEP";
      case 12 -> "PTRACE_GETREGS";
      case 13 -> "PTRACE_SETREGS";
      case 14 -> "PTRACE_GETFPREGS";
      case 15 -> "PTRACE_SETFPREGS";
      case 16 -> "PTRACE_ATTACH";
      case 17 -> "PTRACE_DETACH";
      case 24 -> "PTRACE_SYSCALL";
      case 0x4200 -> "PTRACE_SETOPTIONS";
      case 0x4204 -> "PTRACE_GETREGSET";
      case 0x4205 -> "PTRACE_SETREGSET";
      case 0x4206 -> "PTRACE_SEIZE";
      case 0x4207 -> "PTRACE_INTERRUPT";
      case 0x4208 -> "PTRACE_LISTEN";
      default -> "PTRACE_" + request;
    };
  }

  /** The namespaces (and what else is unshared) of clone flags. */
  public static String namespaces(long flags) {
    Bits bits = new Bits(flags);
    bits.name(0x00020000, "CLONE_NEWNS");
    bits.name(0x02000000, "CLONE_NEWCGROUP");
    bits.name(0x04000000, "CLONE_NEWUTS");
    bits.name(0x08000000, "CLONE_NEWIPC");
    bits.name(0x10000000, "CLONE_NEWUSER");
    bits.name(0x20000000, "CLONE_NEWPID");
    bits.name(0x40000000, "CLONE_NEWNET");
    bits.name(0x00000080, "CLONE_NEWTIME");
    bits.name(0x00000100, "CLONE_VM");
    bits.name(0x00000200, "CLONE_FS");
    bits.name(0x00000400, "CLONE_FILES");
    bits.name(0x00000800, "CLONE_SIGHAND");
    bits.name(0x00010000, "CLONE_THREAD");
    bits.name(0x00040000, "CLONE_SYSVSEM");
    return bits.text();
  }

  /** A family of sockets. */
  public static String family(long family) {
    return switch ((int) family) {
      case 0 -> "AF_UNSPEC";
      case 1 -> "AF_UNIX";
      case 2 -> "AF_INET";
      case 10 -> "AF_INET6";
      case 15 -> "AF_KEY";
      case 16 -> "AF_NETLINK";
      case 17 -> "AF_PACKET";
      case 21 -> "AF_RDS";
      case 29 -> "AF_CAN";
      case 30 -> "AF_TIPC";
      case 31 -> "AF_BLUETOOTH";
      case 38 -> "AF_ALG";
      case 40 -> "AF_VSOCK";
      case 44 -> "AF_XDP";
      default -> "AF_" + family;
    };
  }

  /** A type of sockets; flags beside it are left out. */
  public static String socketType(long type) {
    return switch ((int) type & 0xf) {
      case 1 -> "SOCK_STREAM";
      case 2 -> "SOCK_DGRAM";
      case 3 -> "SOCK_RAW";
      case 4 -> "SOCK_RDM";
      case 5 -> "SOCK_SEQPACKET";
      case 10 -> "SOCK_PACKET";
      default -> "SOCK_" + (type & 0xf);
    };
  }

  /** Protection of memory. */
  public static String protection(long protection) {
    if ((protection & 7) == 0) {
      return "PROT_NONE";
    }
    Bits bits = new Bits(protection & 7);
    bits.name(1, "PROT_READ");
    bits.name(2, "PROT_WRITE");
    bits.name(4, "PROT_EXEC");
    return bits.text();
  }

  /** SUCCESS, or the name of the error in a system call's result. */
  public static String outcome(long result) {
    if (result >= 0) {
      return "SUCCESS";
    }
    return switch ((int) -result) {
      case 1 -> "EPERM";
      case 2 -> "ENOENT";
      case 3 -> "ESRCH";
      case 4 -> "EINTR";
      case 5 -> "EIO";
      case 9 -> "EBADF";
      case 11 -> "EAGAIN";
      case 12 -> "ENOMEM";
      case 13 -> "EACCES";
      case 14 -> "EFAULT";
      case 16 -> "EBUSY";
      case 17 -> "EEXIST";
      case 22 -> "EINVAL";
      case 24 -> "EMFILE";
      case 28 -> "ENOSPC";
      case 38 -> "ENOSYS";
      case 95 -> "EOPNOTSUPP";
      case 97 -> "EAFNOSUPPORT";
      case 98 -> "EADDRINUSE";
      case 126 -> "ENOKEY";
      default -> "E" + -result;
    };
  }

  /** A command of bpf(2). */
  public static String bpfCommand(long command) {
    return command >= 0 && command < BPF_COMMANDS.size()
        ? BPF_COMMANDS.get((int) command)
        : "BPF_" + command;
  }

  /** A command of keyctl(2). */
  public static String keyctlCommand(long command) {
    return switch ((int) command) {
      case 0 -> "KEYCTL_GET_KEYRING_ID";
      case 1 -> "KEYCTL_JOIN_SESSION_KEYRING";
      case 2 -> "KEYCTL_UPDATE";
      case 3 -> "KEYCTL_REVOKE";
      case 4 -> "KEYCTL_CHOWN";
      case 5 -> "KEYCTL_SETPERM";
      case 6 -> "KEYCTL_DESCRIBE";
      case 7 -> "KEYCTL_CLEAR";
      case 8 -> "KEYCTL_LINK";
      case 9 -> "KEYCTL_UNLINK";
      case 10 -> "KEYCTL_SEARCH";
      case 11 -> "KEYCTL_READ";
      case 12 -> "KEYCTL_INSTANTIATE";
      case 14 -> "KEYCTL_SET_REQKEY_KEYRING";
      case 15 -> "KEYCTL_SET_TIMEOUT";
      case 18 -> "KEYCTL_SESSION_TO_PARENT";
      default -> "KEYCTL_" + command;
    };
  }

  /** A set of capabilities; "" for none. */
  public static String capabilities(long set) {
    Bits bits = new Bits(set);
    for (int bit = 0; bit < CAPABILITIES.size(); bit++) {
      bits.name(1L << bit, CAPABILITIES.get(bit));
    }
    return set == 0 ? "" : bits.text();
  }

  /** Flags of memfd_create(2). */
  public static String memoryFile(long flags) {
    Bits bits = new Bits(flags);
    bits.name(1, "MFD_CLOEXEC");
    bits.name(2, "MFD_ALLOW_SEALING");
    bits.name(4, "MFD_HUGETLB");
    bits.name(8, "MFD_NOEXEC_SEAL");
    bits.name(16, "MFD_EXEC");
    return bits.text();
  }

  /** Gives names to the bits of a number, one after the other. */
  private static final class Bits {
    private final StringBuilder out = new StringBuilder();
    private long left;

    Bits(long bits) {
      this.left = bits;
    }

    void name(long bit, String name) {
      if ((left & bit) != 0) {
        out.append(out.isEmpty() ? "" : "|").append(name);
        left &= ~bit;
      }
    }

    String text() {
      if (left != 0 || out.isEmpty()) {
        out.append(out.isEmpty() ? "" : "|");
        out.append(left == 0 ? "0" : "0x" + Long.toHexString(left));
      }
      return out.toString();
    }
  }
}
