/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.document;

import io.ringward.kernel.Operation;
import io.ringward.kernel.TokenRate;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The keys {@code action}, {@code for}, {@code operations} and {@code rate} of a rule, checked. */
public sealed interface ActionRequest {
  /** Only tell. */
  record Alert() implements ActionRequest {}

  /** Follow the system calls. */
  record Watch(Duration duration) implements ActionRequest {}

  /** Refuse what goes beyond a rate. */
  record Throttle(Duration duration, Optional<Set<Operation>> operations, Optional<TokenRate> rate)
      implements ActionRequest {}

  /**
   * Refuse.
   *
   * @param persist whether the kernel's own part of it outlives the agent
   */
  record Block(Duration duration, Optional<Set<Operation>> operations, boolean persist)
      implements ActionRequest {}

  /** End the process. */
  record Kill(Duration duration) implements ActionRequest {}
}
