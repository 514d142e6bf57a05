/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Locale;

/**
 * What is done to a subject, in rising severity: the ladder. Mirrors {@code enum rw_action} by
 * ordinal.
 */
public enum Action {
  OBSERVE,
  WATCH,
  THROTTLE,
  BLOCK,
  FREEZE,
  KILL;

  private static final Action[] BY_WIRE = values();

  /** The number on the wire. */
  public int wire() {
    return ordinal();
  }

  /** The metric label and the word of configuration: {@code throttle}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The action of a wire value, or an {@link IllegalArgumentException} for an unknown one. */
  public static Action ofWire(int wire) {
    if (wire < 0 || wire >= BY_WIRE.length) {
      throw new IllegalArgumentException("unknown action " + wire);
    }
    return BY_WIRE[wire];
  }
}
