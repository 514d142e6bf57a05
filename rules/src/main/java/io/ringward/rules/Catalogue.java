/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.CompileReport.Note;
import io.ringward.rules.document.RuleFileItem;
import io.ringward.rules.document.RuleFileItem.ListItem;
import io.ringward.rules.document.RuleFileItem.MacroItem;
import io.ringward.rules.document.RuleFileItem.RuleItem;
import io.ringward.rules.document.RuleFileItem.SwitchItem;
import io.ringward.rules.document.RuleFileReader;
import io.ringward.rules.predicate.Definitions;
import io.ringward.rules.problem.NearestName;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.RuleProblem.NameKind;
import io.ringward.rules.syntax.Condition;
import io.ringward.rules.syntax.ConditionParser;
import io.ringward.rules.yaml.LocatedText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the items of all files come to: of several with one name the last counts, in the place of
 * the first. Every condition is parsed, that of a replaced item too, so no error hides.
 */
final class Catalogue {
  private final ProblemCollector problems;
  private final List<Note> notes;
  private final Map<String, ParsedRule> rules = new LinkedHashMap<>();
  private final Map<String, Definitions.Macro> macros = new LinkedHashMap<>();
  private final Map<String, List<LocatedText>> lists = new LinkedHashMap<>();

  Catalogue(ProblemCollector problems, List<Note> notes) {
    this.problems = problems;
    this.notes = notes;
  }

  /** A rule whose condition is a tree. */
  record ParsedRule(RuleItem item, Condition condition, boolean enabled) {}

  /** Takes all items of a file; what is wrong with it goes to the collector. */
  void read(RuleSource source) {
    SourceReader.read(source, problems)
        .ifPresent(
            content -> RuleFileReader.read(source.name(), content, problems).forEach(this::add));
  }

  void add(RuleFileItem item) {
    switch (item) {
      case RuleItem rule -> {
        ParsedRule parsed = new ParsedRule(rule, parse(rule.condition()), rule.enabled());
        define(rules, rule.name(), NameKind.RULE, parsed);
      }
      case MacroItem macro -> {
        Definitions.Macro parsed =
            new Definitions.Macro(
                macro.name().value(), parse(macro.condition()), macro.condition());
        define(macros, macro.name(), NameKind.MACRO, parsed);
      }
      case ListItem list -> define(lists, list.name(), NameKind.LIST, list.items());
      case SwitchItem(LocatedText name, boolean enabled) -> turn(name, enabled);
    }
  }

  Collection<ParsedRule> rules() {
    return rules.values();
  }

  Definitions definitions() {
    return new Definitions(macros, lists);
  }

  /**
   * The tree of a condition. One that cannot be parsed was reported; something neutral stands for
   * it, so that those who name it are not told that there is no such name.
   */
  private Condition parse(LocatedText condition) {
    Optional<Condition> parsed =
        condition.value().isEmpty() ? Optional.empty() : ConditionParser.parse(condition, problems);
    return parsed.orElseGet(() -> new Condition.And(List.of(), new Condition.Span(0, 0)));
  }

  private <T> void define(Map<String, T> known, LocatedText name, NameKind kind, T value) {
    if (known.put(name.value(), value) != null) {
      notes.add(
          new Note(
              name.start(),
              "this " + kind.label() + " replaces an earlier one, " + Quoted.of(name.value())));
    }
  }

  private void turn(LocatedText name, boolean enabled) {
    ParsedRule rule = rules.get(name.value());
    if (rule == null) {
      problems.add(
          new RuleProblem.UnknownName(
              name.start(),
              NameKind.RULE,
              name.value(),
              NearestName.of(name.value(), new ArrayList<>(rules.keySet())),
              "an item without a condition switches an earlier rule on or off"));
      return;
    }
    rules.put(name.value(), new ParsedRule(rule.item(), rule.condition(), enabled));
  }
}
