/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.kernel.Act;
import io.ringward.kernel.ActNames;
import io.ringward.kernel.ActView;
import io.ringward.kernel.DnsQuestion;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.EventView;
import io.ringward.kernel.MemoryTrait;
import io.ringward.rules.event.Fact;
import java.util.Optional;

/**
 * What rules may ask of an act. Texts are made when they are first asked for: acts are rare, and
 * most rules ask for numbers first.
 */
final class ActFacts {
  private final ProcessTable table;
  private EventView view;
  private Act act;
  private ProcessEntry target;
  private boolean targetLooked;
  private Optional<DnsQuestion> question;

  ActFacts(ProcessTable table) {
    this.table = table;
  }

  void move(EventView view) {
    this.view = view;
    act = view.kind() == EventKind.ACT ? ActView.act(view) : null;
    targetLooked = false;
    target = null;
    question = null;
  }

  /** Whether it is about a socket whose other side is known. */
  boolean hasPeer() {
    return act == Act.ACCEPT
        || act == Act.SEND
        || act == Act.DUP
        || act == Act.FLOW
        || act == Act.DNS;
  }

  boolean isListen() {
    return act == Act.LISTEN;
  }

  boolean has(Fact fact) {
    if (act == null) {
      return false;
    }
    return switch (fact) {
      case ACT_RESULT, ACT_FAILED -> true;
      case ID_BEFORE, ID_AFTER -> act == Act.SETUID || act == Act.SETGID;
      case TARGET_ID, TARGET_USER -> isTargeted() && ActView.targetTgid(view) != 0;
      case TARGET_IS_CHILD -> target() != null;
      case SIGNAL_NUMBER -> act == Act.SIGNAL;
      case MEMORY_ANONYMOUS, MEMORY_WRITTEN, MEMORY_STACK, MEMORY_MEMFD -> isMemory();
      case SOCKET_PROTOCOL -> act == Act.SOCKET;
      case FLOW_SENT, FLOW_RECEIVED, FLOW_DURATION, FLOW_RETRANSMITS, FLOW_ACCEPTED ->
          act == Act.FLOW;
      default -> text(fact) != null;
    };
  }

  long number(Fact fact) {
    return switch (fact) {
      case ACT_RESULT -> ActView.result(view);
      case ACT_FAILED -> ActView.result(view) < 0 ? 1 : 0;
      case ID_BEFORE -> ActView.argument(view, 1) & 0xffff_ffffL;
      case ID_AFTER -> ActView.argument(view, 4) & 0xffff_ffffL;
      case TARGET_ID -> ActView.targetTgid(view);
      case TARGET_USER -> ActView.argument(view, 1) & 0xffff_ffffL;
      case TARGET_IS_CHILD -> isChild() ? 1 : 0;
      case SIGNAL_NUMBER -> ActView.argument(view, 0);
      case MEMORY_ANONYMOUS -> trait(MemoryTrait.ANONYMOUS);
      case MEMORY_WRITTEN -> trait(MemoryTrait.WRITTEN);
      case MEMORY_STACK -> trait(MemoryTrait.STACK);
      case MEMORY_MEMFD -> trait(MemoryTrait.MEMFD);
      case SOCKET_PROTOCOL -> ActView.argument(view, 2);
      case FLOW_SENT -> ActView.argument(view, 3);
      case FLOW_RECEIVED -> ActView.argument(view, 4);
      case FLOW_DURATION -> ActView.argument(view, 6);
      case FLOW_RETRANSMITS -> ActView.argument(view, 7) & Long.MAX_VALUE;
      case FLOW_ACCEPTED -> ActView.argument(view, 7) < 0 ? 1 : 0;
      default -> throw new IllegalArgumentException(fact + " is not a number of an act");
    };
  }

  /** A text, or null when it is not known: on the hot path of rules. */
  String text(Fact fact) {
    if (act == null) {
      return null;
    }
    return switch (fact) {
      case ACT_OUTCOME -> ActNames.outcome(ActView.result(view));
      case CAPABILITIES ->
          act == Act.CAPSET ? ActNames.capabilities(ActView.argument(view, 3)) : null;
      case CAPABILITIES_GAINED ->
          act == Act.CAPSET
              ? ActNames.capabilities(ActView.argument(view, 3) & ~ActView.argument(view, 0))
              : null;
      case TARGET_NAME -> target() == null ? null : known(target().comm());
      case TARGET_PATH -> target() == null ? null : known(target().path());
      case TRACE_REQUEST ->
          act == Act.PTRACE ? ActNames.ptraceRequest(ActView.argument(view, 0)) : null;
      case ACT_FLAGS -> flags();
      case ACT_COMMAND -> command();
      case ACT_NAME -> act == Act.MODULE || act == Act.MEMFD_CREATE ? ActView.text(view) : null;
      case MEMORY_PROTECTION -> isMemory() ? ActNames.protection(ActView.argument(view, 2)) : null;
      case SOCKET_DOMAIN -> act == Act.SOCKET ? ActNames.family(ActView.argument(view, 0)) : null;
      case SOCKET_TYPE -> act == Act.SOCKET ? ActNames.socketType(ActView.argument(view, 1)) : null;
      case QUESTION_NAME -> question().map(DnsQuestion::name).orElse(null);
      case QUESTION_TYPE -> question().map(DnsQuestion::typeName).orElse(null);
      default -> throw new IllegalArgumentException(fact + " is not a text of an act");
    };
  }

  private String flags() {
    return switch (act) {
      case SETNS, UNSHARE -> ActNames.namespaces(ActView.argument(view, 0));
      case MEMFD_CREATE -> ActNames.memoryFile(ActView.argument(view, 0));
      default -> null;
    };
  }

  private String command() {
    return switch (act) {
      case BPF -> ActNames.bpfCommand(ActView.argument(view, 0));
      case KEYCTL -> ActNames.keyctlCommand(ActView.argument(view, 0));
      default -> null;
    };
  }

  private Optional<DnsQuestion> question() {
    if (question == null) {
      question = act == Act.DNS ? DnsQuestion.parse(ActView.bytes(view)) : Optional.empty();
    }
    return question;
  }

  private boolean isTargeted() {
    return act == Act.PTRACE
        || act == Act.PROCESS_VM_WRITEV
        || act == Act.PIDFD_GETFD
        || act == Act.SIGNAL;
  }

  private boolean isMemory() {
    return act == Act.MMAP || act == Act.MPROTECT;
  }

  private long trait(MemoryTrait trait) {
    return trait.in(ActView.argument(view, 4)) ? 1 : 0;
  }

  /** The process that it is done to, or null when the table does not know it. */
  private ProcessEntry target() {
    if (!targetLooked && isTargeted()) {
      target = table.find(ActView.targetStartBoottimeNanos(view), ActView.targetTgid(view));
    }
    targetLooked = true;
    return target;
  }

  private boolean isChild() {
    ProcessEntry parent = table.parent(target());
    return parent != null
        && parent.tgid == view.tgid()
        && parent.startBoottimeNanos == view.startBoottimeNanos();
  }

  private static String known(String text) {
    return text.isEmpty() ? null : text;
  }
}
