/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Fifth pass: what is left of a predicate when the type of the event is known (partial evaluation).
 * Tests of {@code evt.type} become constants, tests of fields that the type does not carry become
 * false, and constants are folded away. What becomes never true need not be tested with events of
 * that type at all: that is how rules find the events that can match them.
 */
public final class Specialiser {
  private static final Constant TRUE = new Constant(true);
  private static final Constant FALSE = new Constant(false);

  private final EventType eventType;

  /** For one type of event. */
  public Specialiser(EventType eventType) {
    this.eventType = eventType;
  }

  /** What is left, with the same truth on each event of the type; empty when that is never. */
  public Optional<Predicate> specialise(Predicate predicate) {
    Predicate left = fold(predicate);
    return left.equals(FALSE) ? Optional.empty() : Optional.of(left);
  }

  private Predicate fold(Predicate predicate) {
    return switch (predicate) {
      case Constant constant -> constant;
      case AllOf(List<Predicate> operands) -> all(operands);
      case AnyOf(List<Predicate> operands) -> any(operands);
      case Not(Predicate operand) -> negate(fold(operand));
      case EventTypeTest(Set<EventType> types) -> constant(types.contains(eventType));
      case Exists(FieldUse field) -> carried(field) ? predicate : FALSE;
      case FlagTest test -> carried(test.field()) ? predicate : FALSE;
      case TextTest test -> carried(test.field()) && !test.values().isEmpty() ? predicate : FALSE;
      case NumberTest test ->
          carried(test.field()) && !test.values().isEmpty() && !impossible(test)
              ? predicate
              : FALSE;
      case AddressTest test ->
          carried(test.field()) && !test.networks().isEmpty() ? predicate : FALSE;
    };
  }

  private Predicate all(List<Predicate> operands) {
    List<Predicate> left = new ArrayList<>();
    for (Predicate operand : operands) {
      Predicate folded = fold(operand);
      if (folded.equals(FALSE)) {
        return FALSE;
      }
      if (folded instanceof AllOf(List<Predicate> inner)) {
        left.addAll(inner);
      } else if (!folded.equals(TRUE)) {
        left.add(folded);
      }
    }
    return switch (left.size()) {
      case 0 -> TRUE;
      case 1 -> left.getFirst();
      default -> new AllOf(left);
    };
  }

  private Predicate any(List<Predicate> operands) {
    List<Predicate> left = new ArrayList<>();
    for (Predicate operand : operands) {
      Predicate folded = fold(operand);
      if (folded.equals(TRUE)) {
        return TRUE;
      }
      if (folded instanceof AnyOf(List<Predicate> inner)) {
        left.addAll(inner);
      } else if (!folded.equals(FALSE)) {
        left.add(folded);
      }
    }
    return switch (left.size()) {
      case 0 -> FALSE;
      case 1 -> left.getFirst();
      default -> new AnyOf(left);
    };
  }

  private static Predicate negate(Predicate folded) {
    return switch (folded) {
      case Constant(boolean value) -> constant(!value);
      case Not(Predicate inner) -> inner;
      case AllOf _,
          AnyOf _,
          Exists _,
          FlagTest _,
          TextTest _,
          NumberTest _,
          AddressTest _,
          EventTypeTest _ ->
          new Not(folded);
    };
  }

  private boolean carried(FieldUse use) {
    return use.field().factOn(eventType).isPresent();
  }

  /**
   * Events are numbered from 1 on: Falco's rules say {@code evt.num = 0} for never. Only where it
   * is certain is a test taken away.
   */
  private boolean impossible(NumberTest test) {
    return test.field().field().factOn(eventType).equals(Optional.of(Fact.EVENT_NUMBER))
        && test.comparison() == Predicate.NumberComparison.EQUAL
        && test.values().stream().allMatch(value -> value < 1);
  }

  private static Constant constant(boolean value) {
    return value ? TRUE : FALSE;
  }
}
