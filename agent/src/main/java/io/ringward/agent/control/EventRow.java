/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.util.List;

/**
 * An event as it is shown. What is not known is empty, or 0. Texts are strangers': whoever prints
 * them makes them harmless.
 *
 * @param time RFC 3339 in UTC, empty while the loop's clock is not set
 * @param event the name that {@code evt.type} has
 * @param name the kernel's short name of the process that acted
 * @param command name and arguments
 * @param ancestors short names, parent first
 * @param child pid of the new process, for a fork
 * @param endpoint address and port, for a connect or a bind
 * @param protocol {@code tcp}, {@code udp}, {@code icmp} or a number
 * @param outcome {@code allowed}, {@code throttled} or {@code blocked} for a connect or a bind,
 *     {@code status 1} or {@code signal 9} for an exit
 * @param cgroup its path in the version 2 hierarchy
 * @param cgroupId its id
 * @param fromMemory whether the program was started from an anonymous memory file
 * @param detail what an act (setuid, ptrace, …) was about, in words; empty for the other kinds
 * @param calls names of the system calls of a watched thread, in its order; what failed has its
 *     error behind it: {@code openat=ENOENT}
 * @param firstCall how many calls the thread made, watched, before these
 */
public record EventRow(
    String time,
    String event,
    int pid,
    int tid,
    long uid,
    String name,
    String executable,
    String command,
    long parent,
    List<String> ancestors,
    int child,
    String endpoint,
    String protocol,
    String outcome,
    String cgroup,
    String cgroupId,
    boolean fromMemory,
    String detail,
    List<String> calls,
    long firstCall) {
  public EventRow {
    ancestors = List.copyOf(ancestors);
    calls = List.copyOf(calls);
  }
}
