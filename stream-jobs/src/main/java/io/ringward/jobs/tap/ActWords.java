/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import io.ringward.kernel.Act;
import io.ringward.kernel.ActDetail;
import io.ringward.kernel.ActNames;
import io.ringward.kernel.ActView;
import io.ringward.kernel.DnsQuestion;
import io.ringward.kernel.EventView;
import io.ringward.kernel.MemoryTrait;
import java.net.Inet6Address;

/** An act in a few words, for people. Names in it are strangers' bytes. */
final class ActWords {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  private ActWords() {}

  static String of(EventView view) {
    Act act = ActView.act(view);
    String words =
        switch (ActView.detail(view)) {
          case ActDetail.Identity ids -> identity(ids);
          case ActDetail.CapabilitySets sets -> capabilities(sets);
          case ActDetail.OnProcess on -> onProcess(act, on);
          case ActDetail.Numbers numbers -> numbers(act, numbers);
          case ActDetail.Named named ->
              named.name()
                  + (act == Act.MEMFD_CREATE
                      ? " " + ActNames.memoryFile(named.flags())
                      : named.flags() == 0 ? "" : " taints " + named.flags());
          case ActDetail.Memory memory -> memory(memory);
          case ActDetail.NewSocket socket ->
              ActNames.family(socket.family())
                  + " "
                  + ActNames.socketType(socket.type())
                  + " protocol "
                  + socket.protocol();
          case ActDetail.Connection connection -> connection(act, connection);
          case ActDetail.Flow flow -> flow(flow);
          case ActDetail.Query query ->
              query.question().map(ActWords::question).orElse("unreadable question")
                  + " at "
                  + endpoint(query.server(), query.server().remotePort());
        };
    int result = ActView.result(view);
    return result < 0 ? words + "  failed: errno " + -result : words;
  }

  private static String identity(ActDetail.Identity ids) {
    return "%d/%d/%d -> %d/%d/%d (real/effective/saved)"
        .formatted(
            Integer.toUnsignedLong(ids.realBefore()),
            Integer.toUnsignedLong(ids.effectiveBefore()),
            Integer.toUnsignedLong(ids.savedBefore()),
            Integer.toUnsignedLong(ids.realAfter()),
            Integer.toUnsignedLong(ids.effectiveAfter()),
            Integer.toUnsignedLong(ids.savedAfter()));
  }

  private static String capabilities(ActDetail.CapabilitySets sets) {
    String gained = ActNames.capabilities(sets.effectiveAfter() & ~sets.effectiveBefore());
    String lost = ActNames.capabilities(sets.effectiveBefore() & ~sets.effectiveAfter());
    if (gained.isEmpty() && lost.isEmpty()) {
      return "effective as before, permitted %x, inheritable %x"
          .formatted(sets.permittedAfter(), sets.inheritableAfter());
    }
    return (gained.isEmpty() ? "" : "gains " + gained)
        + (gained.isEmpty() || lost.isEmpty() ? "" : ", ")
        + (lost.isEmpty() ? "" : "drops " + lost);
  }

  private static String onProcess(Act act, ActDetail.OnProcess on) {
    String what =
        switch (act) {
          case PTRACE -> ActNames.ptraceRequest(on.code());
          case PROCESS_VM_WRITEV -> on.code() + " bytes";
          case PIDFD_GETFD -> "descriptor " + on.code();
          default -> "signal " + on.code();
        };
    return on.target().tgid() == 0
        ? what
        : what
            + " on pid "
            + on.target().tgid()
            + " of uid "
            + Integer.toUnsignedLong(on.targetUid());
  }

  private static String numbers(Act act, ActDetail.Numbers numbers) {
    return switch (act) {
      case SETNS, UNSHARE -> ActNames.namespaces(numbers.first());
      case KEYCTL -> ActNames.keyctlCommand(numbers.first()) + " " + (int) numbers.second();
      case BPF ->
          ActNames.bpfCommand(numbers.first())
              + (numbers.second() == -1 ? "" : " type " + numbers.second());
      case PERF_EVENT_OPEN ->
          "type %d config %x pid %d cpu %d"
              .formatted(
                  numbers.first(), numbers.second(), (int) numbers.third(), (int) numbers.fourth());
      case IO_URING_SETUP -> numbers.first() + " entries, flags " + numbers.second();
      default -> "flags " + numbers.first();
    };
  }

  private static String memory(ActDetail.Memory memory) {
    StringBuilder words = new StringBuilder(ActNames.protection(memory.protection()));
    words.append(' ').append(memory.length()).append(" bytes");
    for (MemoryTrait trait : MemoryTrait.values()) {
      if (trait.in(memory.traits())) {
        words.append(' ').append(trait.name().toLowerCase(java.util.Locale.ROOT));
      }
    }
    return words.toString();
  }

  private static String connection(Act act, ActDetail.Connection connection) {
    return switch (act) {
      case LISTEN -> endpoint(connection, connection.localPort());
      case DUP -> {
        String peer =
            connection.family() == AF_INET || connection.family() == AF_INET6
                ? endpoint(connection, connection.remotePort())
                : ActNames.family(connection.family());
        yield "descriptor " + connection.code() + ", a socket to " + peer;
      }
      default ->
          endpoint(connection, connection.remotePort())
              + " at local port "
              + connection.localPort();
    };
  }

  private static String flow(ActDetail.Flow flow) {
    return "%s %s: %d bytes out, %d in, %d ms, %d retransmits"
        .formatted(
            flow.accepted() ? "from" : "to",
            endpoint(flow.connection(), flow.connection().remotePort()),
            flow.bytesSent(),
            flow.bytesReceived(),
            flow.durationNanos() / 1_000_000,
            flow.retransmits());
  }

  private static String question(DnsQuestion question) {
    return question.typeName() + " " + question.name();
  }

  private static String endpoint(ActDetail.Connection connection, int port) {
    String address = connection.address().getHostAddress();
    return connection.address() instanceof Inet6Address
        ? "[" + address + "]:" + port
        : address + ":" + port;
  }
}
