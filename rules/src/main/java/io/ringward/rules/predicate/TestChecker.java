/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Extraction;
import io.ringward.rules.event.Field;
import io.ringward.rules.event.FieldType;
import io.ringward.rules.predicate.ListResolver.ListValue;
import io.ringward.rules.predicate.Predicate.AddressTest;
import io.ringward.rules.predicate.Predicate.Constant;
import io.ringward.rules.predicate.Predicate.EventTypeTest;
import io.ringward.rules.predicate.Predicate.Exists;
import io.ringward.rules.predicate.Predicate.FlagTest;
import io.ringward.rules.predicate.Predicate.NumberComparison;
import io.ringward.rules.predicate.Predicate.NumberTest;
import io.ringward.rules.predicate.Predicate.TextComparison;
import io.ringward.rules.predicate.Predicate.TextTest;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.syntax.Condition;
import io.ringward.rules.syntax.Operator;
import io.ringward.rules.yaml.LocatedText;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks single tests: the field is known, the operator fits its type, the values too. */
final class TestChecker {
  /** What stands for a test that has a problem, so that checking can go on. */
  private static final Predicate BROKEN = new Constant(false);

  private final ProblemCollector problems;
  private final FieldResolver fields;
  private final ListResolver lists;
  private final ValueReader values;

  TestChecker(ListResolver lists, ProblemCollector problems) {
    this.problems = problems;
    this.fields = new FieldResolver(problems);
    this.lists = lists;
    this.values = new ValueReader(problems);
  }

  Predicate check(Condition.Test test, LocatedText source) {
    int before = problems.count();
    List<ListValue> operands = lists.values(test.operand(), source);
    Optional<FieldUse> field = field(test, source);
    if (field.isEmpty() || !fits(test, field.get().field(), source)) {
      return BROKEN;
    }
    Predicate predicate = typed(field.get(), test.operator(), operands);
    return problems.count() == before ? predicate : BROKEN;
  }

  private Optional<FieldUse> field(Condition.Test test, LocatedText source) {
    return fields.resolve(
        test.field().name(),
        test.field().argument().map(Condition.Value::text),
        () -> source.position(test.field().span().start()));
  }

  private boolean fits(Condition.Test test, Field field, LocatedText source) {
    if (field.outputOnly()) {
      problems.add(
          new RuleProblem.Unsupported(
              source.position(test.field().span().start()),
              "testing " + Quoted.of(field.label()) + ", which can be printed in outputs,",
              List.of()));
      return false;
    }
    if (!test.operator().takes(field.type())) {
      problems.add(
          new RuleProblem.TypeMismatch(
              source.position(test.operatorSpan().start()),
              field.label(),
              field.type().label(),
              Quoted.of(test.operator().label()),
              "the operators " + String.join(" ", Operator.labels(field.type()))));
      return false;
    }
    return true;
  }

  private Predicate typed(FieldUse use, Operator operator, List<ListValue> operands) {
    Field field = use.field();
    if (operator == Operator.EXISTS) {
      return field.extraction() == Extraction.EVENT_TYPE ? new Constant(true) : new Exists(use);
    }
    boolean negated = operator == Operator.NOT_EQUAL;
    FieldType type = field.type();
    return switch (type) {
      case TEXT ->
          new TextTest(
              use, textComparison(operator), values.texts(field, isGlob(operator), operands));
      case NUMBER ->
          new NumberTest(use, numberComparison(operator), values.numbers(field, operands));
      case BOOLEAN -> {
        Set<Boolean> flags = values.flags(field, operands);
        yield flags.isEmpty() ? BROKEN : new FlagTest(use, flags.contains(true) != negated);
      }
      case ADDRESS, NETWORK -> new AddressTest(use, negated, values.networks(field, operands));
      case EVENT_TYPE -> {
        Set<EventType> types = values.eventTypes(operands);
        yield new EventTypeTest(negated ? allBut(types) : types);
      }
    };
  }

  private static boolean isGlob(Operator operator) {
    return operator == Operator.GLOB || operator == Operator.GLOB_IGNORING_CASE;
  }

  private static Set<EventType> allBut(Set<EventType> types) {
    Set<EventType> others = EnumSet.allOf(EventType.class);
    others.removeAll(types);
    return others;
  }

  private static TextComparison textComparison(Operator operator) {
    return switch (operator) {
      case EQUAL, IN -> TextComparison.EQUAL;
      case NOT_EQUAL -> TextComparison.NOT_EQUAL;
      case CONTAINS -> TextComparison.CONTAINS;
      case CONTAINS_IGNORING_CASE -> TextComparison.CONTAINS_IGNORING_CASE;
      case STARTS_WITH -> TextComparison.STARTS_WITH;
      case ENDS_WITH -> TextComparison.ENDS_WITH;
      case GLOB -> TextComparison.GLOB;
      case GLOB_IGNORING_CASE -> TextComparison.GLOB_IGNORING_CASE;
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EXISTS ->
          throw new IllegalStateException(operator + " does not compare texts");
    };
  }

  private static NumberComparison numberComparison(Operator operator) {
    return switch (operator) {
      case EQUAL, IN -> NumberComparison.EQUAL;
      case NOT_EQUAL -> NumberComparison.NOT_EQUAL;
      case LESS -> NumberComparison.LESS;
      case LESS_OR_EQUAL -> NumberComparison.LESS_OR_EQUAL;
      case GREATER -> NumberComparison.GREATER;
      case GREATER_OR_EQUAL -> NumberComparison.GREATER_OR_EQUAL;
      case CONTAINS,
          CONTAINS_IGNORING_CASE,
          STARTS_WITH,
          ENDS_WITH,
          GLOB,
          GLOB_IGNORING_CASE,
          EXISTS ->
          throw new IllegalStateException(operator + " does not compare numbers");
    };
  }
}
