/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.document;

import io.ringward.kernel.Operation;
import io.ringward.kernel.Operation.Unit;
import io.ringward.kernel.RateText;
import io.ringward.kernel.TokenRate;
import io.ringward.rules.problem.NearestName;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.yaml.LocatedText;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what a rule does: the keys that are Ringward's own. */
final class ActionKeys {
  /** The keys, in the order in which people write them. */
  static final List<String> KEYS = List.of("action", "for", "operations", "rate", "persist");

  private static final Duration MOST_DURATION = Duration.ofHours(24);
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})\\s*([smh])");
  private static final List<String> ACTIONS =
      List.of("alert", "watch", "throttle", "block", "kill");
  private static final List<String> OPERATIONS =
      Arrays.stream(Operation.values()).map(Operation::label).toList();

  private final ItemKeys keys;

  ActionKeys(ItemKeys keys) {
    this.keys = keys;
  }

  /** The request; empty when something about it is wrong, which has been reported then. */
  Optional<ActionRequest> read() {
    String action =
        keys.text("action").map(text -> text.value().toLowerCase(Locale.ROOT)).orElse("alert");
    return switch (action) {
      case "alert" ->
          takes(action, List.of()) ? Optional.of(new ActionRequest.Alert()) : Optional.empty();
      case "throttle" -> throttle();
      case "block" -> {
        boolean takes = takes(action, List.of("for", "operations", "persist"));
        Optional<Duration> duration = duration(action);
        Optional<Set<Operation>> operations = operations().filter(this::canBeBlocked);
        Optional<Boolean> persist = persist();
        yield takes
                && duration.isPresent()
                && readable("operations", operations)
                && persist.isPresent()
            ? Optional.of(new ActionRequest.Block(duration.get(), operations, persist.get()))
            : Optional.empty();
      }
      case "watch" -> lasting(action, ActionRequest.Watch::new);
      case "kill" -> lasting(action, ActionRequest.Kill::new);
      default -> {
        keys.text("action")
            .ifPresent(found -> keys.invalid("action", found, String.join(", ", ACTIONS)));
        yield Optional.empty();
      }
    };
  }

  /** An action of which only its length is to be said. */
  private Optional<ActionRequest> lasting(
      String action, Function<Duration, ActionRequest> request) {
    boolean takes = takes(action, List.of("for"));
    Optional<Duration> duration = duration(action);
    return takes ? duration.map(request) : Optional.empty();
  }

  /** Empty when it is neither true nor false. */
  private Optional<Boolean> persist() {
    Optional<LocatedText> found = keys.text("persist");
    if (found.isEmpty()) {
      return keys.has("persist") ? Optional.empty() : Optional.of(false);
    }
    String word = found.get().value().toLowerCase(Locale.ROOT);
    if (!word.equals("true") && !word.equals("false")) {
      keys.invalid("persist", found.get(), "true or false");
      return Optional.empty();
    }
    return Optional.of(word.equals("true"));
  }

  private Optional<ActionRequest> throttle() {
    Optional<Duration> duration = duration("throttle");
    boolean takes = takes("throttle", List.of("for", "operations", "rate"));
    Optional<Set<Operation>> operations = operations();
    Optional<Unit> unit = unit(operations);
    Optional<TokenRate> rate = unit.flatMap(this::rate);
    return takes
            && unit.isPresent()
            && duration.isPresent()
            && readable("operations", operations)
            && readable("rate", rate)
        ? Optional.of(new ActionRequest.Throttle(duration.get(), operations, rate))
        : Optional.empty();
  }

  private boolean readable(String key, Optional<?> value) {
    return value.isPresent() || !keys.has(key);
  }

  private boolean takes(String action, List<String> taken) {
    boolean right = true;
    for (String key : KEYS.subList(1, KEYS.size())) {
      if (keys.has(key) && !taken.contains(key)) {
        keys.report(
            new RuleProblem.Contradiction(
                keys.whereIs(key),
                "'" + key + "' means nothing together with 'action: " + action + "'"));
        right = false;
      }
    }
    return right;
  }

  private Optional<Duration> duration(String action) {
    Optional<LocatedText> text =
        keys.required("for", "how long '" + action + "' lasts, such as 30s, 5m or 2h, at most 24h");
    return text.flatMap(found -> {
      Matcher matcher = DURATION.matcher(found.value());
      if (matcher.matches()) {
        Duration duration =
            Duration.ofSeconds(Long.parseLong(matcher.group(1)) * seconds(matcher.group(2)));
        if (duration.isPositive() && duration.compareTo(MOST_DURATION) <= 0) {
          return Optional.of(duration);
        }
      }
      keys.invalid("for", found, "a duration such as 30s, 5m or 2h, over 0 and at most 24h");
      return Optional.empty();
    });
  }

  /** What the rate counts; empty when the operations are not counted alike. */
  private Optional<Unit> unit(Optional<Set<Operation>> operations) {
    try {
      return Optional.of(operations.map(Unit::of).orElse(Unit.OPERATIONS));
    } catch (IllegalArgumentException e) {
      keys.report(new RuleProblem.Contradiction(keys.whereIs("operations"), e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<TokenRate> rate(Unit unit) {
    return keys.text("rate")
        .flatMap(found -> {
          try {
            return Optional.of(RateText.parse(found.value(), unit));
          } catch (IllegalArgumentException e) {
            keys.invalid("rate", found, RateText.expected(unit));
            return Optional.empty();
          }
        });
  }

  private Optional<Set<Operation>> operations() {
    Optional<List<LocatedText>> found = keys.texts("operations", 64);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    boolean right = true;
    for (LocatedText text : found.get()) {
      Optional<Operation> operation =
          Arrays.stream(Operation.values())
              .filter(each -> each.label().equals(text.value().toLowerCase(Locale.ROOT)))
              .findFirst();
      if (operation.isPresent()) {
        operations.add(operation.get());
      } else {
        right = false;
        String nearest =
            NearestName.of(text.value(), OPERATIONS)
                .map(name -> " (perhaps " + name + ")")
                .orElse("");
        keys.invalid("operations", text, String.join(", ", OPERATIONS) + nearest);
      }
    }
    if (right && operations.isEmpty()) {
      keys.report(
          new RuleProblem.WrongShape(
              keys.whereIs("operations"), "'operations'", "at least one operation", "none"));
      return Optional.empty();
    }
    return right ? Optional.of(operations) : Optional.empty();
  }

  private boolean canBeBlocked(Set<Operation> operations) {
    if (operations.stream().allMatch(Operation::canBeBlocked)) {
      return true;
    }
    keys.report(
        new RuleProblem.Contradiction(
            keys.whereIs("operations"), "cpu, memory and io can be throttled, and not blocked"));
    return false;
  }

  private static long seconds(String unit) {
    return switch (unit) {
      case "h" -> 3600;
      case "m" -> 60;
      default -> 1;
    };
  }
}
