/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Locale;

/**
 * What became of packets that leave, while a verdict covers sends. Mirrors {@code enum
 * rw_send_outcome} by ordinal.
 */
public enum SendOutcome {
  /** All, whoever sends them. */
  SEEN,
  /** Of the subject of a verdict: left at once. */
  PASSED,
  /** Of a subject: left later, at their time. */
  PACED,
  /** Of a subject: did not leave. */
  DROPPED;

  /** The metric label: {@code seen}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
