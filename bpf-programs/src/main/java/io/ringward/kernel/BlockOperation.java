/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Locale;

/** What is asked of a block device. Mirrors {@code enum rw_block_operation} by ordinal. */
public enum BlockOperation {
  READ,
  WRITE,
  /** Flush, discard and others. */
  OTHER;

  private static final BlockOperation[] BY_WIRE = values();

  /** The metric label: {@code read}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The operation of a wire value, or an {@link IllegalArgumentException} for an unknown one. */
  public static BlockOperation ofWire(int wire) {
    if (wire < 0 || wire >= BY_WIRE.length) {
      throw new IllegalArgumentException("unknown block operation " + wire);
    }
    return BY_WIRE[wire];
  }
}
