/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import java.util.logging.Level;

/** How much the agent says of itself on standard error. */
public enum LogLevel {
  ERROR(Level.SEVERE),
  WARNING(Level.WARNING),
  INFO(Level.INFO),
  DEBUG(Level.FINE);

  private final Level level;

  LogLevel(Level level) {
    this.level = level;
  }

  /** The level of {@code java.util.logging}. */
  public Level level() {
    return level;
  }
}
