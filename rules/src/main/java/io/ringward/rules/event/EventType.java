/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.event;

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
  BIND("bind");

  private static final List<EventType> ALL = List.of(values());

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final List<String> names;

  EventType(String... names) {
    this.names = List.of(names);
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
