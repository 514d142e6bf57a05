/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/** What the kernel answered to an operation. Mirrors {@code enum rw_decision} by ordinal. */
public enum Decision {
  ALLOWED,
  THROTTLED,
  BLOCKED;

  private static final Decision[] BY_WIRE = values();

  /** The decision of a wire value, or an {@link IllegalArgumentException} for an unknown one. */
  public static Decision ofWire(int wire) {
    if (wire < 0 || wire >= BY_WIRE.length) {
      throw new IllegalArgumentException("unknown decision " + wire);
    }
    return BY_WIRE[wire];
  }
}
