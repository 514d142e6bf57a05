/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.Action;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Operation.Unit;
import io.ringward.kernel.RateText;
import io.ringward.kernel.TokenRate;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an operator may write in a verdict. The agent checks it again, whatever the command line has
 * checked: the socket takes requests of any root program.
 */
final class VerdictWords {
  private static final long SHORTEST_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LONGEST_NANOS = Duration.ofDays(1).toNanos();
  private static final int LONGEST_REASON = 500;

  private VerdictWords() {}

  static Action action(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "watch" -> Action.WATCH;
      case "throttle" -> Action.THROTTLE;
      case "block" -> Action.BLOCK;
      case "kill" -> Action.KILL;
      default ->
          throw new IllegalArgumentException(
              "'"
                  + word
                  + "' is no action of an operator: expected watch, throttle, block or kill");
    };
  }

  static Set<Operation> operations(List<String> words) {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    for (String word : words) {
      operations.add(operation(word));
    }
    return operations;
  }

  private static Operation operation(String word) {
    for (Operation operation : Operation.values()) {
      if (operation.label().equalsIgnoreCase(word)) {
        return operation;
      }
    }
    throw new IllegalArgumentException(
        "'"
            + word
            + "' is no operation: expected one of "
            + Arrays.stream(Operation.values())
                .map(Operation::label)
                .collect(Collectors.joining(", ")));
  }

  /**
   * The rate of a throttle, by what its operations are counted in.
   *
   * @param word "" where none was named
   */
  static Optional<TokenRate> rate(String word, Action action, Set<Operation> operations) {
    if (action == Action.BLOCK && !operations.stream().allMatch(Operation::canBeBlocked)) {
      throw new IllegalArgumentException("cpu, memory and io can be throttled, and not blocked");
    }
    if (action != Action.THROTTLE) {
      if (!word.isEmpty()) {
        throw new IllegalArgumentException("only a throttle has a rate");
      }
      return Optional.empty();
    }
    Unit unit = Unit.of(operations);
    if (word.isEmpty() && unit == Unit.OPERATIONS) {
      throw new IllegalArgumentException("a throttle needs " + RateText.expected(unit));
    }
    return Optional.of(word.isEmpty() ? TokenRate.unlessNamed(unit) : RateText.parse(word, unit));
  }

  static long checkedDuration(long nanos) {
    if (nanos < SHORTEST_NANOS || nanos > LONGEST_NANOS) {
      throw new IllegalArgumentException("a verdict lasts from 1s to 1d");
    }
    return nanos;
  }

  static String checkedReason(String reason) {
    String line = reason.strip();
    if (line.isEmpty()) {
      throw new IllegalArgumentException("a verdict has a reason");
    }
    return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON);
  }
}
