/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/** What happened. Mirrors {@code enum rw_event_kind}: the wire value is the ordinal plus one. */
public enum EventKind {
  EXEC,
  FORK,
  EXIT,
  CONNECT,
  BIND,
  ENFORCEMENT,
  /** One of the {@link Act}s. */
  ACT,
  SYSCALLS,
  /** One of the {@link FileOperation}s. */
  FILE;

  private static final EventKind[] BY_WIRE = values();

  /** The number on the wire. */
  public int wire() {
    return ordinal() + 1;
  }

  /** The kind of a wire value, or an {@link IllegalArgumentException} for an unknown one. */
  public static EventKind ofWire(int wire) {
    if (wire < 1 || wire > BY_WIRE.length) {
      throw new IllegalArgumentException("unknown event kind " + wire);
    }
    return BY_WIRE[wire - 1];
  }
}
