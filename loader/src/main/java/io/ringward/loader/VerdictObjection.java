/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.Operation;
import io.ringward.kernel.Verdict;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What stands against a verdict whatever its subject is: it would be weaker than it says. */
final class VerdictObjection {
  private static final Logger LOG = LoggerFactory.getLogger(VerdictObjection.class);

  /** What the hooks of this version can refuse; exec and fork they can only answer by a signal. */
  private static final Set<Operation> REFUSABLE = EnumSet.of(Operation.CONNECT, Operation.BIND);

  private VerdictObjection() {}

  /**
   * The reason not to apply it; empty when there is none.
   *
   * @param nowNanos CLOCK_BOOTTIME
   */
  static Optional<String> to(Verdict verdict, long nowNanos) {
    if (verdict.expiryNanos() <= nowNanos) {
      return Optional.of("it had expired before it could be applied");
    }
    return switch (verdict.action()) {
      case FREEZE ->
          Optional.of("this version cannot freeze: use 'throttle', 'block' or 'kill' instead");
      case THROTTLE, BLOCK -> toOperations(verdict);
      case OBSERVE, WATCH, KILL -> Optional.empty();
    };
  }

  private static Optional<String> toOperations(Verdict verdict) {
    Set<Operation> beyond = EnumSet.copyOf(verdict.operations());
    beyond.removeAll(REFUSABLE);
    if (beyond.size() == verdict.operations().size()) {
      return Optional.of(
          "no hook of this version can refuse " + beyond + ": name connect or bind, or use 'kill'");
    }
    if (!beyond.isEmpty()) {
      LOG.warn(
          "verdict {} covers {} as well, which no hook of this version can refuse",
          verdict.idText(),
          beyond);
    }
    return Optional.empty();
  }
}
