/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration file cannot be used; the message has one line for each problem. */
public final class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<ConfigurationProblem> problems;

  public ConfigurationException(List<ConfigurationProblem> problems) {
    super(problems.stream().map(Object::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** All problems, in the order of the file. */
  public List<ConfigurationProblem> problems() {
    return problems;
  }
}
