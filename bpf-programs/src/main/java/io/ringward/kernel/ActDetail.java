/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.net.InetAddress;

/** What an {@link Act} was about, by groups of acts that tell the same. */
public sealed interface ActDetail {
  /** User ids (setuid) or group ids (setgid), in the initial user namespace. */
  record Identity(
      int realBefore,
      int effectiveBefore,
      int savedBefore,
      int realAfter,
      int effectiveAfter,
      int savedAfter)
      implements ActDetail {}

  /** Sets of capabilities, a bit each (capabilities(7), linux/capability.h). */
  record CapabilitySets(
      long effectiveBefore,
      long permittedBefore,
      long inheritableBefore,
      long effectiveAfter,
      long permittedAfter,
      long inheritableAfter)
      implements ActDetail {}

  /**
   * Something done to another process: ptrace, process_vm_writev, pidfd_getfd, a signal.
   *
   * @param target of tgid 0 when the kernel's program could not tell
   * @param code ptrace: the request; process_vm_writev: bytes; pidfd_getfd: the target's file
   *     descriptor; signal: its number
   * @param targetUid effective user id of the target
   */
  record OnProcess(ProcessKey target, long code, int targetUid) implements ActDetail {}

  /**
   * Numbers as the caller gave them: setns and unshare (flags), userfaultfd (flags), keyctl
   * (command and arguments), bpf (command, type of the program or map), perf_event_open (type,
   * config, pid, cpu), io_uring_setup (entries, flags).
   */
  record Numbers(long first, long second, long third, long fourth) implements ActDetail {}

  /**
   * A kernel module's name and taints, or a memory file's name and flags. The name is a stranger's
   * bytes.
   */
  record Named(String name, long flags) implements ActDetail {}

  /**
   * Memory that became executable.
   *
   * @param protection PROT bits
   * @param flags MAP bits, 0 for mprotect
   * @param traits {@link MemoryTrait} bits
   */
  record Memory(long address, long length, int protection, int flags, int traits)
      implements ActDetail {}

  /** A socket that was made: its AF, SOCK and IPPROTO numbers. */
  record NewSocket(int family, int type, int protocol) implements ActDetail {}

  /**
   * A connection or an address: accept, send and dup tell the peer, listen the local address.
   *
   * @param family AF number; addresses mean something for AF_INET and AF_INET6
   * @param code listen: the backlog; dup: the descriptor that was copied
   */
  record Connection(
      int family, int protocol, InetAddress address, int remotePort, int localPort, long code)
      implements ActDetail {}

  /** What went through a TCP connection from its beginning to its end. */
  record Flow(
      Connection connection,
      boolean accepted,
      long bytesSent,
      long bytesReceived,
      long segmentsSent,
      long segmentsReceived,
      long durationNanos,
      long retransmits)
      implements ActDetail {}

  /**
   * A message to port 53.
   *
   * @param question its question, where it has one that can be read
   */
  record Query(Connection server, java.util.Optional<DnsQuestion> question) implements ActDetail {}
}
