/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.lower;

import io.ringward.kernel.InlineTest;
import io.ringward.rules.event.EventType;
import io.ringward.rules.predicate.Predicate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A condition on one type of event as an "or" of {@link Conjunction}s (disjunctive normal form),
 * with negations pushed down to the single tests.
 */
public final class ConditionLowering {
  /** A condition that comes to more rows stays in the stream job. */
  static final int MOST_ROWS = 32;

  private final EventType type;
  private final TestLowering tests;

  /** For events of one type. */
  public ConditionLowering(EventType type) {
    this.type = type;
    this.tests = new TestLowering(type);
  }

  /**
   * Lowers what a {@link io.ringward.rules.predicate.Specialiser} has left for the type.
   *
   * @return rows; none when it never holds
   */
  public Set<Conjunction> lower(Predicate condition) throws NotLowerableException {
    return lower(condition, true);
  }

  private Set<Conjunction> lower(Predicate predicate, boolean positive)
      throws NotLowerableException {
    return switch (predicate) {
      case Predicate.Constant(boolean value) -> constant(value == positive);
      case Predicate.EventTypeTest(Set<EventType> types) ->
          constant(types.contains(type) == positive);
      case Predicate.Not(Predicate operand) -> lower(operand, !positive);
      case Predicate.AllOf(List<Predicate> operands) ->
          positive ? all(operands, true) : any(operands, false);
      case Predicate.AnyOf(List<Predicate> operands) ->
          positive ? any(operands, true) : all(operands, false);
      case Predicate.TextTest test -> one(tests.text(test, positive));
      case Predicate.NumberTest test -> one(tests.number(test, positive));
      case Predicate.FlagTest test -> one(tests.flag(test, positive));
      case Predicate.AddressTest test -> one(tests.address(test, positive));
      case Predicate.Exists(var use) ->
          throw TestLowering.no(
              use.field(), "asked for with 'exists', which the tables do not know");
    };
  }

  private static Set<Conjunction> constant(boolean value) {
    return value ? Set.of(Conjunction.TRUE) : Set.of();
  }

  private static Set<Conjunction> one(InlineTest test) {
    if (test.among().filter(Set::isEmpty).isPresent()) {
      return Set.of();
    }
    boolean anything = test.among().isEmpty() && test.except().isEmpty();
    return Set.of(anything ? Conjunction.TRUE : Conjunction.of(test));
  }

  private Set<Conjunction> all(List<Predicate> operands, boolean positive)
      throws NotLowerableException {
    Set<Conjunction> product = Set.of(Conjunction.TRUE);
    for (Predicate operand : operands) {
      Set<Conjunction> next = new LinkedHashSet<>();
      List<Conjunction> rows = new ArrayList<>(lower(operand, positive));
      for (Conjunction left : product) {
        for (Conjunction right : rows) {
          left.and(right).ifPresent(next::add);
        }
      }
      product = bounded(next);
    }
    return product;
  }

  private Set<Conjunction> any(List<Predicate> operands, boolean positive)
      throws NotLowerableException {
    Set<Conjunction> sum = new LinkedHashSet<>();
    for (Predicate operand : operands) {
      sum.addAll(lower(operand, positive));
    }
    return bounded(sum);
  }

  private static Set<Conjunction> bounded(Set<Conjunction> rows) throws NotLowerableException {
    if (rows.size() > MOST_ROWS) {
      throw new NotLowerableException(
          "its condition comes to more than " + MOST_ROWS + " rows of the kernel's tables");
    }
    return rows;
  }
}
