/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.evaluate;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.Field;
import io.ringward.rules.event.IpNetwork;
import io.ringward.rules.predicate.FieldUse;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.predicate.Predicate.AddressTest;
import io.ringward.rules.predicate.Predicate.AllOf;
import io.ringward.rules.predicate.Predicate.AnyOf;
import io.ringward.rules.predicate.Predicate.Constant;
import io.ringward.rules.predicate.Predicate.EventTypeTest;
import io.ringward.rules.predicate.Predicate.Exists;
import io.ringward.rules.predicate.Predicate.FlagTest;
import io.ringward.rules.predicate.Predicate.Not;
import io.ringward.rules.predicate.Predicate.NumberTest;
import io.ringward.rules.predicate.Predicate.TextTest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * Sixth pass: predicates to {@link Evaluator}s, as a tree of small objects that the JIT compiler
 * can inline. Expects what {@link io.ringward.rules.predicate.Specialiser} leaves for the same type
 * of event: each field in it is carried, each test has a value.
 *
 * <p>Operands of {@code and} and {@code or} run in the order of what they cost, not in the order in
 * which they are written; tests have no effects, so the result is the same.
 */
public final class EvaluatorCompiler {
  private final EventType eventType;

  /** For one type of event. */
  public EvaluatorCompiler(EventType eventType) {
    this.eventType = eventType;
  }

  /** Compiles what is left of a predicate for the type. */
  public Evaluator compile(Predicate predicate) {
    return switch (predicate) {
      case Constant(boolean value) -> _ -> value;
      case AllOf(List<Predicate> operands) -> new All(compileAll(operands));
      case AnyOf(List<Predicate> operands) -> new Any(compileAll(operands));
      case Not(Predicate operand) -> new Negation(compile(operand));
      case EventTypeTest(Set<EventType> types) -> {
        boolean value = types.contains(eventType);
        yield _ -> value;
      }
      case Exists(FieldUse field) -> exists(field);
      case FlagTest(FieldUse field, boolean expected) ->
          number(field, value -> value != 0 == expected);
      case TextTest test -> text(test.field(), TextMatch.of(test.comparison(), test.values()));
      case NumberTest test -> number(test.field(), numberMatch(test));
      case AddressTest test -> address(test);
    };
  }

  private Evaluator[] compileAll(List<Predicate> operands) {
    return operands.stream()
        .sorted(Comparator.comparingInt(EvaluatorCompiler::cost))
        .map(this::compile)
        .toArray(Evaluator[]::new);
  }

  /** What a test costs about, in nanoseconds: only the order counts. */
  private static int cost(Predicate predicate) {
    return switch (predicate) {
      case Constant _, EventTypeTest _ -> 0;
      case AllOf(List<Predicate> operands) -> costOf(operands);
      case AnyOf(List<Predicate> operands) -> costOf(operands);
      case Not(Predicate operand) -> cost(operand);
      case FlagTest _ -> 3;
      case Exists(FieldUse field) -> field.anyAncestor() ? 20 : 3;
      case NumberTest test -> test.field().anyAncestor() ? 20 : 3;
      case AddressTest test -> 4 + Math.min(test.networks().size(), 100);
      case TextTest test -> {
        int once =
            switch (test.comparison()) {
              case EQUAL, NOT_EQUAL -> 5;
              case STARTS_WITH, ENDS_WITH -> 6;
              case CONTAINS -> 15;
              case GLOB -> 25;
              case GLOB_IGNORING_CASE -> 50;
              case CONTAINS_IGNORING_CASE -> 50;
            };
        yield test.field().anyAncestor() ? once * 8 : once;
      }
    };
  }

  private static int costOf(List<Predicate> operands) {
    int sum = 0;
    for (Predicate operand : operands) {
      sum = Math.min(sum + cost(operand), 1_000_000);
    }
    return sum;
  }

  private Evaluator exists(FieldUse use) {
    Field field = use.field();
    return switch (field.type()) {
      case TEXT -> text(use, _ -> true);
      case NUMBER, BOOLEAN -> number(use, _ -> true);
      case ADDRESS, NETWORK -> {
        Fact fact = fact(field);
        yield event -> event.has(fact, 0);
      }
      case EVENT_TYPE -> _ -> true;
    };
  }

  private Evaluator text(FieldUse use, TextMatch match) {
    TextSource source = TextSource.of(use.field(), eventType);
    return use.anyAncestor()
        ? new AnyAncestorText(source, match)
        : new TextEvaluator(source, use.generation(), match);
  }

  private Evaluator number(FieldUse use, LongPredicate match) {
    NumberSource source = NumberSource.of(use.field());
    Fact fact = fact(use.field());
    return use.anyAncestor()
        ? new AnyAncestorNumber(source, fact, match)
        : new NumberEvaluator(source, fact, use.generation(), match);
  }

  private static LongPredicate numberMatch(NumberTest test) {
    long first = test.values().iterator().next();
    return switch (test.comparison()) {
      case EQUAL -> {
        if (test.values().size() == 1) {
          yield value -> value == first;
        }
        long[] values = test.values().stream().mapToLong(Long::longValue).sorted().toArray();
        yield value -> Arrays.binarySearch(values, value) >= 0;
      }
      case NOT_EQUAL -> value -> value != first;
      case LESS -> value -> value < first;
      case LESS_OR_EQUAL -> value -> value <= first;
      case GREATER -> value -> value > first;
      case GREATER_OR_EQUAL -> value -> value >= first;
    };
  }

  private Evaluator address(AddressTest test) {
    Fact fact = fact(test.field().field());
    IpNetwork[] networks = test.networks().toArray(IpNetwork[]::new);
    boolean inside = !test.outside();
    return event -> {
      if (!event.has(fact, 0)) {
        return false;
      }
      long high = event.addressHigh(fact);
      long low = event.addressLow(fact);
      for (IpNetwork network : networks) {
        if (network.contains(high, low)) {
          return inside;
        }
      }
      return !inside;
    };
  }

  private Fact fact(Field field) {
    return field
        .factOn(eventType)
        .orElseThrow(
            () -> new IllegalStateException(eventType + " events carry no " + field.label()));
  }

  private static final class All implements Evaluator {
    private final Evaluator[] operands;

    All(Evaluator[] operands) {
      this.operands = operands;
    }

    @Override
    public boolean test(EventContext event) {
      for (Evaluator operand : operands) {
        if (!operand.test(event)) {
          return false;
        }
      }
      return true;
    }
  }

  private static final class Any implements Evaluator {
    private final Evaluator[] operands;

    Any(Evaluator[] operands) {
      this.operands = operands;
    }

    @Override
    public boolean test(EventContext event) {
      for (Evaluator operand : operands) {
        if (operand.test(event)) {
          return true;
        }
      }
      return false;
    }
  }

  private record Negation(Evaluator operand) implements Evaluator {
    @Override
    public boolean test(EventContext event) {
      return !operand.test(event);
    }
  }

  private record TextEvaluator(TextSource source, int generation, TextMatch match)
      implements Evaluator {
    @Override
    public boolean test(EventContext event) {
      String text = source.read(event, generation);
      return text != null && match.matches(text);
    }
  }

  private record AnyAncestorText(TextSource source, TextMatch match) implements Evaluator {
    @Override
    public boolean test(EventContext event) {
      int ancestors = event.ancestors();
      for (int generation = 1; generation <= ancestors; generation++) {
        String text = source.read(event, generation);
        if (text != null && match.matches(text)) {
          return true;
        }
      }
      return false;
    }
  }

  private record NumberEvaluator(
      NumberSource source, Fact fact, int generation, LongPredicate match) implements Evaluator {
    @Override
    public boolean test(EventContext event) {
      return event.has(fact, generation) && match.test(source.read(event, fact, generation));
    }
  }

  private record AnyAncestorNumber(NumberSource source, Fact fact, LongPredicate match)
      implements Evaluator {
    @Override
    public boolean test(EventContext event) {
      int ancestors = event.ancestors();
      for (int generation = 1; generation <= ancestors; generation++) {
        if (event.has(fact, generation) && match.test(source.read(event, fact, generation))) {
          return true;
        }
      }
      return false;
    }
  }
}
