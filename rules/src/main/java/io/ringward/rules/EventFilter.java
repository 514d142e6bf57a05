/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.kernel.FileWish;
import io.ringward.rules.evaluate.Evaluator;
import io.ringward.rules.evaluate.EvaluatorCompiler;
import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.predicate.ConditionChecker;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.predicate.Specialiser;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.SourcePosition;
import io.ringward.rules.syntax.Condition;
import io.ringward.rules.syntax.ConditionParser;
import io.ringward.rules.yaml.LocatedText;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One condition by itself, without a rule around it: what an operator asks to see. The same
 * language and the same compiler as for rules, macros and lists of rules files included.
 *
 * <p>Immutable and safe for use by several threads, each with its own context. Testing an event
 * allocates nothing.
 */
public final class EventFilter {
  /** The longest condition, in characters. */
  public static final int MOST_CHARACTERS = 16_384;

  private static final EventFilter EVERYTHING = new EventFilter(new Predicate.Constant(true));

  private final Map<EventType, Evaluator> evaluators = new EnumMap<>(EventType.class);
  private final List<FileWish> fileWishes;

  private EventFilter(Predicate condition) {
    fileWishes = FileInterest.of(condition);
    for (EventType type : EventType.values()) {
      new Specialiser(type)
          .specialise(condition)
          .ifPresent(left -> evaluators.put(type, new EvaluatorCompiler(type).compile(left)));
    }
  }

  /** Lets every event through. */
  public static EventFilter everything() {
    return EVERYTHING;
  }

  /**
   * Compiles a condition.
   *
   * @param name what error messages call the condition, such as {@code --where}
   * @param condition as after {@code condition:} in a rule
   * @param definitions rules files whose macros and lists it may name; their rules do not matter
   * @throws RuleException with everything that is wrong, by line and column
   */
  public static EventFilter compile(String name, String condition, List<RuleSource> definitions)
      throws RuleException {
    ProblemCollector problems = new ProblemCollector();
    LocatedText source = LocatedText.verbatim(name, condition);
    if (condition.length() > MOST_CHARACTERS) {
      throw new RuleException(
          new RuleProblem.LimitExceeded(
              SourcePosition.startOf(name), "characters in a condition", MOST_CHARACTERS));
    }
    Catalogue catalogue = new Catalogue(problems, new ArrayList<>());
    for (RuleSource each : definitions) {
      catalogue.read(each);
    }
    Optional<Condition> parsed = ConditionParser.parse(source, problems);
    problems.throwIfAny();
    Predicate predicate =
        new ConditionChecker(catalogue.definitions(), problems)
            .check(parsed.orElseThrow(), source)
            .predicate();
    problems.throwIfAny();
    return new EventFilter(predicate);
  }

  /** Which operations on files have to be told for it, see {@link FileInterest}. */
  public List<FileWish> fileWishes() {
    return fileWishes;
  }

  /** The types of events that can pass at all; none when the condition contradicts itself. */
  public Set<EventType> eventTypes() {
    return Set.copyOf(evaluators.keySet());
  }

  /** Whether an event passes. */
  public boolean matches(EventContext event) {
    Evaluator evaluator = evaluators.get(event.type());
    return evaluator != null && evaluator.test(event);
  }
}
