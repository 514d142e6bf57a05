/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.util.Locale;

/** Falco's eight levels, most urgent first. */
public enum Priority {
  EMERGENCY,
  ALERT,
  CRITICAL,
  ERROR,
  WARNING,
  NOTICE,
  INFORMATIONAL,
  DEBUG;

  /** As Falco writes it: {@code Warning}. */
  public String label() {
    String lower = name().toLowerCase(Locale.ROOT);
    return Character.toUpperCase(lower.charAt(0)) + lower.substring(1);
  }

  /** Whether this is at least as urgent as another. */
  public boolean atLeast(Priority other) {
    return ordinal() <= other.ordinal();
  }
}
