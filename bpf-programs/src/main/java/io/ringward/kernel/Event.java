/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.net.InetAddress;
import java.util.List;

/**
 * One kernel event as a value, free of any buffer. Made by {@link EventView#toEvent} where an event
 * has to outlive its record in the ring; the hot path reads the view itself.
 */
public sealed interface Event {
  /** What every event carries. */
  Header header();

  /**
   * The common facts.
   *
   * @param hook who produced it
   * @param kernelTimeNanos when
   * @param process who acted
   * @param parent its parent
   * @param tid the thread
   * @param uid effective user id in the initial user namespace
   * @param cgroupId cgroup in the version 2 hierarchy
   */
  record Header(
      Hook hook,
      long kernelTimeNanos,
      ProcessKey process,
      ProcessKey parent,
      int tid,
      int uid,
      long cgroupId) {}

  /**
   * A program was started in the process.
   *
   * @param directory where the process works; empty when it is not known
   */
  record Exec(
      Header header,
      FileIdentity executable,
      int flags,
      int gid,
      int argumentCount,
      String comm,
      String path,
      List<String> arguments,
      String directory)
      implements Event {
    public Exec {
      arguments = List.copyOf(arguments);
    }
  }

  /** The process made a child. */
  record Fork(Header header, ProcessKey child, String comm) implements Event {}

  /**
   * The last thread of the process is gone.
   *
   * @param exitCode as wait(2) has it: {@code status << 8 | signal}
   * @param cpuNanos that its threads have used together
   * @param readBytes that storage gave it; negative where the kernel does not account for it
   * @param writtenBytes that it had storage take; negative likewise
   */
  record Exit(
      Header header,
      int exitCode,
      long lifetimeNanos,
      long cpuNanos,
      long readBytes,
      long writtenBytes,
      String comm)
      implements Event {}

  /** The process asks for a connection, or sets a datagram socket's peer. */
  record Connect(Header header, Endpoint endpoint, Decision decision, String comm)
      implements Event {}

  /** The process binds a socket to a local address. */
  record Bind(Header header, Endpoint endpoint, Decision decision, String comm) implements Event {}

  /** A verdict was enforced, or in shadow would have been. */
  record Enforcement(
      Header header,
      long verdictId,
      long hits,
      Action action,
      Operation operation,
      int errno,
      boolean shadow,
      Hook hook)
      implements Event {}

  /**
   * The process did something that says something of it.
   *
   * @param result what the system call returned, or the negative errno
   */
  record Acted(Header header, Act act, int result, ActDetail detail, String comm)
      implements Event {}

  /**
   * What a thread of a watched tree has called, in its order. Batches of a thread come in order;
   * calls were lost where {@code firstSequence} is not that of the batch before plus its calls.
   *
   * @param header its time is that of sending, at most a second after the last call
   * @param verdictId of the watch
   * @param firstSequence how many calls this thread made while watched before the first of these
   * @param firstNanos when the first of these returned
   * @param errors how many of these failed
   */
  record Syscalls(
      Header header,
      long verdictId,
      long firstSequence,
      long firstNanos,
      int errors,
      String comm,
      List<SystemCall> calls)
      implements Event {
    public Syscalls {
      calls = List.copyOf(calls);
    }
  }

  /**
   * The process does something to a file, or has done it, see {@code enum rw_file_operation}.
   *
   * @param file all 0 when it is not known
   * @param flags a mask of {@link FileFlag}s
   * @param mode of chmod; the flags of a mount
   * @param owner of chown; -1 leaves it as it is
   * @param group of chown; -1 leaves it as it is
   * @param path see {@link FileFlag#PATH_GIVEN}
   * @param target the other path or name; "" for operations without
   */
  record FileUse(
      Header header,
      FileOperation operation,
      FileIdentity file,
      int flags,
      Decision decision,
      int mode,
      int owner,
      int group,
      String comm,
      String path,
      String target)
      implements Event {}

  /**
   * An address of a socket.
   *
   * @param protocol IPPROTO number
   * @param mapped IPv4 that was written as {@code ::ffff:a.b.c.d}
   */
  record Endpoint(InetAddress address, int port, int protocol, boolean mapped) {}
}
