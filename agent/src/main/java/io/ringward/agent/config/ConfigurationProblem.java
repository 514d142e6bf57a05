/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

/**
 * Something that is wrong with a configuration file.
 *
 * @param file its name
 * @param line from 1
 * @param column from 1
 * @param reason what is wrong, and what was expected
 */
public record ConfigurationProblem(String file, int line, int column, String reason) {
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + reason;
  }
}
