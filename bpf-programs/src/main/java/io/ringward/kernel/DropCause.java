/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/** Why the kernel did not send an event. Mirrors {@code enum rw_drop_cause} by ordinal. */
public enum DropCause {
  RING_FULL,
  QUOTA,
  READ_FAULT;

  /** The metric label: {@code ring_full}, … */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
