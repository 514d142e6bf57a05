/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.TokenRate;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** What a rule wants done to the process tree that matched it. All but an alert ends by itself. */
public sealed interface RuleAction {
  /** The rung of the ladder. */
  Action action();

  /** How long it lasts; empty for an alert, which is over at once. Over 0 and at most 24 hours. */
  Optional<Duration> duration();

  /** What it covers; empty for an alert. */
  Set<Operation> operations();

  /** The word in rules. */
  default String label() {
    return action().label();
  }

  /** Only tell. */
  record Alert() implements RuleAction {
    @Override
    public Action action() {
      return Action.OBSERVE;
    }

    @Override
    public Optional<Duration> duration() {
      return Optional.empty();
    }

    @Override
    public Set<Operation> operations() {
      return Set.of();
    }

    @Override
    public String label() {
      return "alert";
    }
  }

  /** Follow the system calls of the process tree; refuses nothing. */
  record Watch(Duration lasting) implements RuleAction {
    @Override
    public Action action() {
      return Action.WATCH;
    }

    @Override
    public Optional<Duration> duration() {
      return Optional.of(lasting);
    }

    @Override
    public Set<Operation> operations() {
      return Operation.unlessNamed();
    }
  }

  /** Refuse what goes beyond a rate. */
  record Throttle(Duration lasting, Set<Operation> operations, TokenRate rate)
      implements RuleAction {
    public Throttle {
      operations = Set.copyOf(operations);
    }

    @Override
    public Action action() {
      return Action.THROTTLE;
    }

    @Override
    public Optional<Duration> duration() {
      return Optional.of(lasting);
    }
  }

  /**
   * Refuse.
   *
   * @param persist whether what the kernel decides of it by itself outlives the agent by {@code
   *     lasting}
   */
  record Block(Duration lasting, Set<Operation> operations, boolean persist) implements RuleAction {
    public Block {
      operations = Set.copyOf(operations);
    }

    /** One that ends with the agent. */
    public Block(Duration lasting, Set<Operation> operations) {
      this(lasting, operations, false);
    }

    @Override
    public Action action() {
      return Action.BLOCK;
    }

    @Override
    public Optional<Duration> duration() {
      return Optional.of(lasting);
    }
  }

  /** End the process; what its tree starts anew while this lasts is ended too. */
  record Kill(Duration lasting) implements RuleAction {
    @Override
    public Action action() {
      return Action.KILL;
    }

    @Override
    public Optional<Duration> duration() {
      return Optional.of(lasting);
    }

    @Override
    public Set<Operation> operations() {
      return Operation.unlessNamed();
    }
  }
}
