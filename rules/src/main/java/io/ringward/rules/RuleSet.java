/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.evaluate.CandidateIndex;
import io.ringward.rules.evaluate.Evaluator;
import io.ringward.rules.evaluate.EvaluatorCompiler;
import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.predicate.Predicate;
import io.ringward.rules.predicate.Specialiser;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Rules that are ready to run. An event is tested only against the rules that can match its type,
 * each reduced to what that type leaves open, and of those only against the ones that an
 * {@linkplain CandidateIndex index} of required values does not rule out; every rule that matches
 * fires, not only the first.
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
      List<Rule> candidates = new ArrayList<>();
      List<Predicate> conditions = new ArrayList<>();
      for (Rule rule : rules) {
        specialiser
            .specialise(rule.condition())
            .ifPresent(left -> {
              candidates.add(rule);
              conditions.add(left);
            });
      }
      candidatesByType.put(type, new Candidates(type, candidates, conditions));
    }
  }

  /** The rules that one type of event can match, and what is left to test of each. */
  private static final class Candidates {
    private final Rule[] rules;
    private final CandidateIndex index;
    private final Evaluator[] evaluators;

    Candidates(EventType type, List<Rule> rules, List<Predicate> conditions) {
      EvaluatorCompiler compiler = new EvaluatorCompiler(type);
      this.rules = rules.toArray(Rule[]::new);
      this.index = CandidateIndex.of(conditions, type);
      this.evaluators = index.residuals().stream().map(compiler::compile).toArray(Evaluator[]::new);
    }

    int evaluate(EventContext event, RuleMatchConsumer consumer) {
      long[] first = index.firstMask(event);
      long[] second = index.secondMask(event);
      long[] third = index.thirdMask(event);
      int matches = 0;
      for (int word = 0; word < first.length; word++) {
        long left = first[word] & second[word] & third[word];
        while (left != 0) {
          int rule = word * Long.SIZE + Long.numberOfTrailingZeros(left);
          left &= left - 1;
          if (evaluators[rule].test(event)) {
            matches++;
            consumer.matched(rules[rule], event);
          }
        }
      }
      return matches;
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
    return candidatesByType.get(event.type()).evaluate(event, consumer);
  }
}
