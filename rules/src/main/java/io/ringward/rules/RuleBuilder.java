/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.kernel.Operation;
import io.ringward.kernel.Operation.Unit;
import io.ringward.kernel.TokenRate;
import io.ringward.rules.Catalogue.ParsedRule;
import io.ringward.rules.CompileReport.Note;
import io.ringward.rules.document.ActionRequest;
import io.ringward.rules.evaluate.OutputTemplate;
import io.ringward.rules.event.EventType;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.predicate.Specialiser;
import io.ringward.rules.problem.SourcePosition;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Puts a rule together from what the passes found out about it. */
final class RuleBuilder {
  private final List<Note> notes;

  RuleBuilder(List<Note> notes) {
    this.notes = notes;
  }

  Rule build(ParsedRule parsed, Predicate condition, OutputTemplate output) {
    SourcePosition where = parsed.item().name().start();
    Set<EventType> types = EnumSet.noneOf(EventType.class);
    for (EventType type : EventType.values()) {
      if (new Specialiser(type).specialise(condition).isPresent()) {
        types.add(type);
      }
    }
    if (types.isEmpty()) {
      notes.add(new Note(where, "this rule can never match: no type of event fits its condition"));
    } else if (types.size() == EventType.values().length
        && !parsed.item().leniency().manyEventTypes()) {
      notes.add(
          new Note(
              where,
              "this rule is tested with every type of event; a test of evt.type makes it cheaper"));
    }
    RuleAction action = action(parsed.item().action(), types);
    return new Rule(
        parsed.item().name().value(),
        parsed.item().description(),
        parsed.item().priority(),
        parsed.item().tags(),
        action,
        output,
        condition,
        types,
        RuleLowering.place(action, condition, types),
        where);
  }

  private static RuleAction action(ActionRequest request, Set<EventType> types) {
    return switch (request) {
      case ActionRequest.Alert() -> new RuleAction.Alert();
      case ActionRequest.Throttle throttle ->
          new RuleAction.Throttle(
              throttle.duration(),
              throttle.operations().orElseGet(() -> operations(types)),
              throttle
                  .rate()
                  .orElseGet(() ->
                      TokenRate.unlessNamed(
                          throttle.operations().map(Unit::of).orElse(Unit.OPERATIONS))));
      case ActionRequest.Block block ->
          new RuleAction.Block(
              block.duration(),
              block.operations().orElseGet(() -> operations(types)),
              block.persist());
      case ActionRequest.Watch watch -> new RuleAction.Watch(watch.duration());
      case ActionRequest.Kill kill -> new RuleAction.Kill(kill.duration());
    };
  }

  /**
   * What a rule refuses that does not say it: the operations that it looks at. A rule about the
   * start of a program is about the program as a whole, so it refuses all that can be refused.
   */
  private static Set<Operation> operations(Set<EventType> types) {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    boolean wide = false;
    for (EventType type : types) {
      switch (type) {
        case CONNECT -> operations.add(Operation.CONNECT);
        case BIND -> operations.add(Operation.BIND);
        case CLONE -> operations.add(Operation.FORK);
        case PTRACE, PROCESS_VM_WRITEV, PIDFD_GETFD -> operations.add(Operation.PTRACE);
        case BPF -> operations.add(Operation.BPF);
        case MODULE -> operations.add(Operation.MODULE_LOAD);
        case MMAP, MPROTECT -> operations.add(Operation.MEMORY_EXEC);
        case MOUNT, UMOUNT, PIVOT_ROOT -> operations.add(Operation.MOUNT);
        case SETUID, SETGID -> operations.add(Operation.SETUID);
        case EXECVE,
            PROCEXIT,
            CAPSET,
            KILL,
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
            DNS,
            SYSCALLS,
            LINK,
            SYMLINK,
            CHMOD,
            CHOWN,
            SETXATTR ->
            wide = true;
        case OPEN -> operations.add(Operation.OPEN);
        case UNLINK -> operations.add(Operation.UNLINK);
        case RENAME -> operations.add(Operation.RENAME);
      }
    }
    return wide || operations.isEmpty() ? Operation.unlessNamed() : operations;
  }
}
