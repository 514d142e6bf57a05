/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules.predicate;

import io.ringward.rules.predicate.Predicate.AllOf;
import io.ringward.rules.predicate.Predicate.AnyOf;
import io.ringward.rules.predicate.Predicate.Constant;
import io.ringward.rules.predicate.Predicate.Not;
import io.ringward.rules.problem.NearestName;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.RuleProblem.NameKind;
import io.ringward.rules.syntax.Condition;
import io.ringward.rules.yaml.LocatedText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Fourth pass: resolves macros and lists and checks types, giving {@link Predicate}s. Each macro is
 * checked once, so each of its problems is told once, and its result is shared by all who name it;
 * what the sharing would come to when written out is counted and bounded. One for each compilation;
 * not thread-safe.
 */
public final class ConditionChecker {
  /** How deep macros, {@code and}, {@code or} and {@code not} may stand in each other. */
  public static final int MOST_DEPTH = 200;

  /** How many tests a rule may come to once its macros are written out. */
  public static final int MOST_TESTS = 4_096;

  private static final Checked BROKEN = new Checked(new Constant(false), 1, 1);

  private final Definitions definitions;
  private final ProblemCollector problems;
  private final ListResolver lists;
  private final TestChecker tests;
  private final Map<String, Checked> macros = new HashMap<>();
  private final Set<String> open = new LinkedHashSet<>();
  private int recursion;

  /** Problems go to the collector. */
  public ConditionChecker(Definitions definitions, ProblemCollector problems) {
    this.definitions = definitions;
    this.problems = problems;
    this.lists = new ListResolver(definitions.lists(), problems);
    this.tests = new TestChecker(lists, problems);
  }

  /**
   * A condition that was checked.
   *
   * @param predicate what it means; meaningless when problems were reported
   * @param depth levels of nesting, macros written out
   * @param tests how many tests, macros written out
   */
  public record Checked(Predicate predicate, int depth, long tests) {}

  /** Checks a rule's condition. */
  public Checked check(Condition condition, LocatedText source) {
    Checked checked = visit(condition, source);
    if (checked.tests > MOST_TESTS) {
      problems.add(
          new RuleProblem.LimitExceeded(
              source.position(condition.span().start()),
              "tests in a condition with its macros written out",
              MOST_TESTS));
      return BROKEN;
    }
    return checked;
  }

  /** Checks the macros and lists too that no rule has named. */
  public void checkDefinitions() {
    for (Definitions.Macro macro : definitions.macros().values()) {
      if (!macros.containsKey(macro.name()) && !problems.isFull()) {
        resolve(macro, macro.source(), 0);
      }
    }
    for (String name : definitions.lists().keySet()) {
      if (!problems.isFull()) {
        lists.check(name);
      }
    }
  }

  private Checked visit(Condition condition, LocatedText source) {
    if (problems.isFull()) {
      return BROKEN;
    }
    if (recursion == MOST_DEPTH) {
      return tooDeep(condition, source);
    }
    recursion++;
    Checked checked =
        switch (condition) {
          case Condition.Or or -> {
            List<Predicate> operands = new ArrayList<>();
            Checked all = visitAll(or.operands(), source, operands);
            yield new Checked(new AnyOf(operands), all.depth, all.tests);
          }
          case Condition.And and -> {
            List<Predicate> operands = new ArrayList<>();
            Checked all = visitAll(and.operands(), source, operands);
            yield new Checked(new AllOf(operands), all.depth, all.tests);
          }
          case Condition.Not not -> {
            Checked inner = visit(not.operand(), source);
            yield new Checked(new Not(inner.predicate), inner.depth + 1, inner.tests);
          }
          case Condition.Test test -> new Checked(tests.check(test, source), 1, 1);
          case Condition.MacroReference reference -> macro(reference, source);
        };
    recursion--;
    return checked.depth > MOST_DEPTH ? tooDeep(condition, source) : checked;
  }

  private Checked tooDeep(Condition condition, LocatedText source) {
    problems.add(
        new RuleProblem.LimitExceeded(
            source.position(condition.span().start()),
            "levels of macros, parentheses and 'not' in each other",
            MOST_DEPTH));
    return BROKEN;
  }

  private Checked visitAll(
      List<Condition> conditions, LocatedText source, List<Predicate> operands) {
    int depth = 0;
    long count = 0;
    for (Condition each : conditions) {
      Checked checked = visit(each, source);
      operands.add(checked.predicate);
      depth = Math.max(depth, checked.depth);
      // A few doublings fill a long: stop counting where it is too much anyway.
      count = Math.min(count + checked.tests, MOST_TESTS + 1L);
    }
    return new Checked(BROKEN.predicate, depth + 1, count);
  }

  private Checked macro(Condition.MacroReference reference, LocatedText source) {
    Definitions.Macro macro = definitions.macros().get(reference.name());
    if (macro == null) {
      boolean list = definitions.lists().containsKey(reference.name());
      problems.add(
          new RuleProblem.UnknownName(
              source.position(reference.span().start()),
              NameKind.MACRO,
              reference.name(),
              list
                  ? Optional.empty()
                  : NearestName.of(reference.name(), definitions.macros().keySet()),
              list
                  ? Quoted.of(reference.name()) + " is a list, to stand after 'in'"
                  : "fields have a dot in their name"));
      return BROKEN;
    }
    return resolve(macro, source, reference.span().start());
  }

  private Checked resolve(Definitions.Macro macro, LocatedText source, int offset) {
    Checked known = macros.get(macro.name());
    if (known != null) {
      return known;
    }
    if (open.contains(macro.name())) {
      List<String> path = new ArrayList<>(open);
      path = new ArrayList<>(path.subList(path.indexOf(macro.name()), path.size()));
      path.add(macro.name());
      problems.add(new RuleProblem.Cycle(source.position(offset), NameKind.MACRO, path));
      return BROKEN;
    }
    open.add(macro.name());
    Checked checked = visit(macro.condition(), macro.source());
    open.remove(macro.name());
    Checked deeper = new Checked(checked.predicate, checked.depth + 1, checked.tests);
    macros.put(macro.name(), deeper);
    return deeper;
  }
}
