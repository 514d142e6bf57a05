/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import io.ringward.agent.config.AgentConfiguration;
import io.ringward.agent.control.ControlClient;
import io.ringward.agent.control.ControlException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the running agent is asked: shared by the commands that ask it. */
final class RuntimeDirectoryOption {
  @Option(
      names = "--runtime-directory",
      paramLabel = "DIR",
      description = "Where the agent's control socket is (default: /run/ringward).")
  private Path directory = AgentConfiguration.DEFAULT_RUNTIME_DIRECTORY;

  /** Something to ask. */
  @FunctionalInterface
  interface Question<T> {
    T ask(ControlClient agent) throws ControlException;
  }

  /** Asks the agent, or fails with what to do. */
  <T> T ask(Question<T> question) {
    try (ControlClient agent = ControlClient.connect(directory)) {
      return question.ask(agent);
    } catch (ControlException e) {
      throw CommandFailure.of(e);
    }
  }

  Path directory() {
    return directory;
  }
}
