/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.evaluate.Evaluator;
import io.ringward.rules.evaluate.EvaluatorCompiler;
import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.predicate.Specialiser;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Rules that are ready to run. An event is tested only against the rules that can match its type,
 * each reduced to what that type leaves open; every rule that matches fires, not only the first.
 *
 * <p>Immutable and safe for use by several threads, each with its own context. Evaluation allocates
 * nothing. Replacing rules means replacing the set.
 */
public final class RuleSet {
  private static final RuleSet EMPTY = new RuleSet(List.of());

  private final List<Rule> rules;
  private final Map<EventType, Candidates> candidatesByType = new EnumMap<>(EventType.class);

  RuleSet(List<Rule> rules) {
    this.rules = List.copyOf(rules);
    for (EventType type : EventType.values()) {
      Specialiser specialiser = new Specialiser(type);
      EvaluatorCompiler compiler = new EvaluatorCompiler(type);
      List<Rule> candidates = new ArrayList<>();
      List<Evaluator> evaluators = new ArrayList<>();
      for (Rule rule : rules) {
        specialiser
            .specialise(rule.condition())
            .ifPresent(left -> {
              candidates.add(rule);
              evaluators.add(compiler.compile(left));
            });
      }
      candidatesByType.put(type, new Candidates(candidates, evaluators));
    }
  }

  /** The rules that one type of event can match, and what is left to test of each. */
  private static final class Candidates {
    private final Rule[] rules;
    private final Evaluator[] evaluators;

    Candidates(List<Rule> rules, List<Evaluator> evaluators) {
      this.rules = rules.toArray(Rule[]::new);
      this.evaluators = evaluators.toArray(Evaluator[]::new);
    }
  }

  /** A set that matches nothing. */
  public static RuleSet empty() {
    return EMPTY;
  }

  /** The rules, in the order of their files; those that are switched off are not among them. */
  public List<Rule> rules() {
    return rules;
  }

  /** The rules that events of a type can match. */
  public List<Rule> candidates(EventType type) {
    return List.of(candidatesByType.get(type).rules);
  }

  /**
   * Tests an event.
   *
   * @return how many rules matched
   */
  public int evaluate(EventContext event, RuleMatchConsumer consumer) {
    Candidates candidates = candidatesByType.get(event.type());
    Evaluator[] evaluators = candidates.evaluators;
    int matches = 0;
    for (int index = 0; index < evaluators.length; index++) {
      if (evaluators[index].test(event)) {
        matches++;
        consumer.matched(candidates.rules[index], event);
      }
    }
    return matches;
  }
}
