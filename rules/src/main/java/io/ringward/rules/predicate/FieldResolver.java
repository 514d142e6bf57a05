/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.event.Field;
import io.ringward.rules.problem.NearestName;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.RuleProblem.NameKind;
import io.ringward.rules.problem.SourcePosition;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds the field that a name and its argument mean, for conditions and outputs alike. */
public final class FieldResolver {
  private final ProblemCollector problems;

  /** Problems go to the collector. */
  public FieldResolver(ProblemCollector problems) {
    this.problems = problems;
  }

  /**
   * The field.
   *
   * @param argument what stood in brackets
   * @param where of the name; asked for only when something is wrong
   */
  public Optional<FieldUse> resolve(
      String name, Optional<String> argument, Supplier<SourcePosition> where) {
    if (argument.isPresent()) {
      // Falco takes evt.arg[ret] and evt.arg.ret for the same.
      Optional<Field> spelledOut = Field.named(name + "." + argument.get());
      if (spelledOut.isPresent()) {
        return Optional.of(new FieldUse(spelledOut.get(), 0));
      }
    }
    Optional<Field> field = Field.named(name);
    if (field.isEmpty()) {
      problems.add(
          new RuleProblem.UnknownName(
              where.get(), NameKind.FIELD, name, NearestName.of(name, Field.allNames()), ""));
      return Optional.empty();
    }
    return switch (field.get().argument()) {
      case NONE -> {
        if (argument.isPresent()) {
          problems.add(
              new RuleProblem.Contradiction(
                  where.get(), Quoted.of(name) + " takes no argument in brackets"));
          yield Optional.empty();
        }
        yield Optional.of(new FieldUse(field.get(), field.get().generation()));
      }
      case ANCESTOR ->
          argument.isEmpty()
              ? Optional.of(new FieldUse(field.get(), FieldUse.ANY_ANCESTOR))
              : ancestor(field.get(), argument.get(), where);
    };
  }

  private Optional<FieldUse> ancestor(
      Field field, String argument, Supplier<SourcePosition> where) {
    if (argument.matches("[0-9]{1,4}")) {
      int generation = Integer.parseInt(argument);
      if (generation <= Field.MOST_GENERATIONS) {
        return Optional.of(new FieldUse(field, generation));
      }
    }
    problems.add(
        new RuleProblem.InvalidValue(
            where.get(),
            Quoted.of(field.label()),
            "a number of generations in brackets, 0 to " + Field.MOST_GENERATIONS,
            argument));
    return Optional.empty();
  }
}
