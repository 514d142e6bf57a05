/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Which types of events are acts, and which facts they share. */
public final class ActEvents {
  /** All of them. */
  public static final Set<EventType> ALL =
      Collections.unmodifiableSet(EnumSet.range(EventType.SETUID, EventType.DNS));

  static final Set<EventType> IDENTITY = of(EventType.SETUID, EventType.SETGID);
  static final Set<EventType> CAPABILITIES = of(EventType.CAPSET);
  static final Set<EventType> TARGETED =
      of(EventType.PTRACE, EventType.PROCESS_VM_WRITEV, EventType.PIDFD_GETFD, EventType.KILL);
  static final Set<EventType> FLAGGED =
      of(EventType.SETNS, EventType.UNSHARE, EventType.MEMFD_CREATE);
  static final Set<EventType> COMMANDED = of(EventType.BPF, EventType.KEYCTL);
  static final Set<EventType> NAMED = of(EventType.MODULE, EventType.MEMFD_CREATE);
  static final Set<EventType> MEMORY = of(EventType.MMAP, EventType.MPROTECT);
  static final Set<EventType> SOCKETS = of(EventType.SOCKET);
  static final Set<EventType> EXITS = of(EventType.PROCEXIT);
  static final Set<EventType> FLOWS = of(EventType.FLOW);
  static final Set<EventType> QUESTIONS = of(EventType.DNS);

  private static final Set<EventType> PEERS =
      of(
          EventType.CONNECT,
          EventType.ACCEPT,
          EventType.SEND,
          EventType.DUP,
          EventType.FLOW,
          EventType.DNS);
  private static final Set<EventType> LOCALS = of(EventType.BIND, EventType.LISTEN);
  private static final Set<EventType> LOCAL_PORTS =
      of(EventType.BIND, EventType.LISTEN, EventType.ACCEPT, EventType.DUP, EventType.FLOW);

  private ActEvents() {}

  static Set<EventType> of(EventType first, EventType... rest) {
    return Collections.unmodifiableSet(EnumSet.of(first, rest));
  }

  static Map<EventType, Fact> remote(Fact fact) {
    return FileEvents.on(PEERS, fact);
  }

  static Map<EventType, Fact> local(Fact fact) {
    return FileEvents.on(fact == Fact.LOCAL_PORT ? LOCAL_PORTS : LOCALS, fact);
  }

  /** What is on the other side where that is known, else on this side. */
  static Map<EventType, Fact> any(Fact remote, Fact local) {
    Map<EventType, Fact> facts = new EnumMap<>(EventType.class);
    LOCALS.forEach(type -> facts.put(type, local));
    PEERS.forEach(type -> facts.put(type, remote));
    return facts;
  }
}
