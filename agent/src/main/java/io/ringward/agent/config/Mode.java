/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import java.util.Locale;

/** Whether verdicts bite. */
public enum Mode {
  /** All is computed, counted and reported as it would be; nothing is refused. The default. */
  SHADOW,
  /** The kernel throttles, blocks and kills as verdicts say. */
  ENFORCE;

  /** The word of configuration and metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
