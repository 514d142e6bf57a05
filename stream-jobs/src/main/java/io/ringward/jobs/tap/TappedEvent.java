/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import io.ringward.kernel.Decision;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.EventView;
import io.ringward.kernel.ExitView;
import io.ringward.kernel.SyscallsView;
import io.ringward.kernel.SystemCall;
import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.IpNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A copy of an event, with what the process table knew of its process at that moment. Texts are
 * strangers' bytes, cut at {@value #MOST_CHARACTERS} characters; what is not known is empty.
 *
 * @param type what happened
 * @param number running number of the event in the stage
 * @param epochNanos wall-clock time, 0 while it is not known yet
 * @param pid of the process that acted
 * @param tid of its thread
 * @param uid effective user id
 * @param cgroupId version 2 control group
 * @param name the kernel's short name
 * @param path of the executable
 * @param commandLine name and arguments
 * @param ancestors short names, parent first, {@value #MOST_ANCESTORS} at most
 * @param parentPid of the parent, when it is known
 * @param childPid of the new process, for a fork
 * @param exitStatus as wait(2) has it, for an exit
 * @param endpoint address and port, for a connect or a bind
 * @param protocol IPPROTO number, for a connect or a bind
 * @param decision what the kernel answered, for a connect or a bind
 * @param fromMemory whether the program was started from an anonymous memory file
 * @param detail what an act was about, in words; "" for the other kinds
 * @param calls what a watched thread has called, in its order
 * @param firstCall how many calls it made before the first of these
 */
public record TappedEvent(
    EventType type,
    long number,
    long epochNanos,
    int pid,
    int tid,
    long uid,
    long cgroupId,
    String name,
    String path,
    String commandLine,
    List<String> ancestors,
    OptionalLong parentPid,
    OptionalInt childPid,
    OptionalInt exitStatus,
    String endpoint,
    int protocol,
    Optional<Decision> decision,
    boolean fromMemory,
    String detail,
    List<SystemCall> calls,
    long firstCall) {
  /** Longer texts are cut. */
  public static final int MOST_CHARACTERS = 1024;

  /** So many names of ancestors are kept. */
  public static final int MOST_ANCESTORS = 8;

  /** Copies an event. */
  static TappedEvent of(EventContext facts, EventView view) {
    EventType type = facts.type();
    boolean socket = type == EventType.CONNECT || type == EventType.BIND;
    return new TappedEvent(
        type,
        facts.number(Fact.EVENT_NUMBER, 0),
        facts.has(Fact.EVENT_TIME, 0) ? facts.number(Fact.EVENT_TIME, 0) : 0,
        view.tgid(),
        view.tid(),
        Integer.toUnsignedLong(view.uid()),
        view.cgroupId(),
        text(facts, Fact.PROCESS_NAME, 0),
        text(facts, Fact.PROCESS_EXE_PATH, 0),
        text(facts, Fact.PROCESS_COMMAND_LINE, 0),
        ancestors(facts),
        facts.has(Fact.PROCESS_ID, 1)
            ? OptionalLong.of(facts.number(Fact.PROCESS_ID, 1))
            : OptionalLong.empty(),
        view.kind() == EventKind.FORK ? OptionalInt.of(view.childTgid()) : OptionalInt.empty(),
        view.kind() == EventKind.EXIT
            ? OptionalInt.of(ExitView.exitCode(view))
            : OptionalInt.empty(),
        socket ? endpoint(facts) : "",
        socket ? view.protocol() : 0,
        socket ? Optional.of(Decision.ofWire(view.decision())) : Optional.empty(),
        facts.has(Fact.EXE_FROM_MEMFD, 0) && facts.number(Fact.EXE_FROM_MEMFD, 0) != 0,
        detail(facts, view),
        type == EventType.SYSCALLS ? SyscallsView.calls(view) : List.of(),
        type == EventType.SYSCALLS ? SyscallsView.firstSequence(view) : 0);
  }

  private static String detail(EventContext facts, EventView view) {
    return switch (view.kind()) {
      case ACT -> cut(ActWords.of(view));
      case FILE -> cut(FileWords.of(facts, view));
      case EXIT -> ExitWords.of(view);
      case EXEC -> directory(facts);
      case FORK, CONNECT, BIND, ENFORCEMENT, SYSCALLS -> "";
    };
  }

  private static String directory(EventContext facts) {
    String directory = text(facts, Fact.PROCESS_DIRECTORY, 0);
    return directory.isEmpty() ? "" : "in " + directory;
  }

  private static List<String> ancestors(EventContext facts) {
    int known = Math.min(facts.ancestors(), MOST_ANCESTORS);
    List<String> names = new ArrayList<>(known);
    for (int generation = 1; generation <= known; generation++) {
      names.add(text(facts, Fact.PROCESS_NAME, generation));
    }
    return names;
  }

  private static String endpoint(EventContext facts) {
    boolean remote = facts.type() == EventType.CONNECT;
    Fact address = remote ? Fact.REMOTE_ADDRESS : Fact.LOCAL_ADDRESS;
    Fact port = remote ? Fact.REMOTE_PORT : Fact.LOCAL_PORT;
    long high = facts.addressHigh(address);
    long low = facts.addressLow(address);
    boolean ipv4 = IpNetwork.isIpv4(high, low);
    StringBuilder out = new StringBuilder(48);
    out.append(ipv4 ? "" : "[");
    IpNetwork.formatAddress(high, low, out);
    return out.append(ipv4 ? ":" : "]:").append(facts.number(port, 0)).toString();
  }

  private static String text(EventContext facts, Fact fact, int generation) {
    String text = facts.text(fact, generation);
    return text == null ? "" : cut(text);
  }

  private static String cut(String text) {
    return text.length() > MOST_CHARACTERS ? text.substring(0, MOST_CHARACTERS) : text;
  }
}
