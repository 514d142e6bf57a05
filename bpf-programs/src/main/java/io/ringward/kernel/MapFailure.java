/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/** Which map could not take an entry. Mirrors {@code enum rw_map_failure} by ordinal. */
public enum MapFailure {
  /** The child of a process under a verdict runs without it. */
  INHERIT,
  LINEAGE,
  ACCOUNT,
  QUOTA,
  /** A thread of a watched tree is not followed. */
  WATCH,
  /** What a process runs could not be noted: inline rules that look at it let it be. */
  PROGRAM,
  /** Something that happened is not accounted. */
  PERFORMANCE;

  /** The metric label: {@code inherit}, … */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
