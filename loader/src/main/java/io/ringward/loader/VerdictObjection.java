/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Verdict;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What stands against a verdict whatever its subject is: it would be weaker than it says. */
final class VerdictObjection {
  private static final Logger LOG = LoggerFactory.getLogger(VerdictObjection.class);

  private final Set<Operation> throttleable;
  private final Set<Operation> blockable;
  private final Set<Operation> throttledByHooks;
  private final Set<Operation> blockedForLong;
  private final ControllerRung controllers;

  /**
   * @param refusals what refuses exec and fork here; connect and bind can always be refused
   * @param controllers what is done where no hook can
   * @param sends what holds packets
   */
  VerdictObjection(RefusalHooks refusals, ControllerRung controllers, SendLimiter sends) {
    this.throttledByHooks = EnumSet.of(Operation.CONNECT, Operation.BIND);
    throttledByHooks.addAll(refusals.refusable());
    if (sends.possible()) {
      throttledByHooks.add(Operation.SEND);
    }
    this.blockedForLong = EnumSet.copyOf(throttledByHooks);
    blockedForLong.addAll(refusals.blockedForLong());
    this.throttleable = EnumSet.copyOf(throttledByHooks);
    throttleable.addAll(controllers.throttleable());
    this.blockable = EnumSet.copyOf(throttledByHooks);
    blockable.addAll(refusals.bySignal());
    this.controllers = controllers;
  }

  /**
   * The reason not to apply it; empty when there is none.
   *
   * @param nowNanos CLOCK_BOOTTIME
   */
  Optional<String> to(Verdict verdict, long nowNanos) {
    if (verdict.expiryNanos() <= nowNanos) {
      return Optional.of("it had expired before it could be applied");
    }
    if (verdict.persist()) {
      Optional<String> opposed = toPersistence(verdict);
      if (opposed.isPresent()) {
        return opposed;
      }
    }
    if (verdict.action() == Action.THROTTLE) {
      try {
        Operation.Unit _ = Operation.Unit.of(verdict.operations());
      } catch (IllegalArgumentException e) {
        return Optional.of(e.getMessage());
      }
    }
    return switch (verdict.action()) {
      case FREEZE ->
          controllers.freezes()
              ? Optional.empty()
              : Optional.of(
                  "this machine cannot freeze: "
                      + controllers.whyNoFreezer()
                      + "; use 'throttle', 'block' or 'kill' instead");
      case THROTTLE -> toOperations(verdict, throttleable, "throttle");
      case BLOCK -> toOperations(verdict, blockable, "block");
      case OBSERVE, WATCH, KILL -> Optional.empty();
    };
  }

  /** What processes and controllers do ends with the agent: the hooks alone can stay. */
  private Optional<String> toPersistence(Verdict verdict) {
    Set<Operation> hooks =
        switch (verdict.action()) {
          case THROTTLE -> throttledByHooks;
          case BLOCK -> blockedForLong;
          case OBSERVE, WATCH, FREEZE, KILL -> Set.of();
        };
    if (hooks.isEmpty()) {
      return Optional.of(
          "only 'throttle' and 'block' can persist, not '" + verdict.action().label() + "'");
    }
    Set<Operation> beyond = EnumSet.copyOf(verdict.operations());
    beyond.removeAll(hooks);
    return beyond.size() < verdict.operations().size()
        ? Optional.empty()
        : Optional.of(
            "%s of %s cannot persist here, since no hook does it: name one of %s"
                .formatted(verdict.action().label(), labels(beyond), labels(hooks)));
  }

  private static Optional<String> toOperations(
      Verdict verdict, Set<Operation> possible, String action) {
    Set<Operation> beyond = EnumSet.copyOf(verdict.operations());
    beyond.removeAll(possible);
    if (beyond.size() == verdict.operations().size()) {
      return Optional.of(
          "nothing on this kernel can %s %s: name one of %s, or use 'kill' ('ringward doctor' says what would lift it)"
              .formatted(action, labels(beyond), labels(possible)));
    }
    if (!beyond.isEmpty()) {
      LOG.warn(
          "verdict {} covers {} as well, which nothing on this kernel can {}",
          verdict.idText(),
          labels(beyond),
          action);
    }
    return Optional.empty();
  }

  private static String labels(Set<Operation> operations) {
    return operations.stream().map(Operation::label).collect(Collectors.joining(", "));
  }
}
