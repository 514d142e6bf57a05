/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.Catalogue.ParsedRule;
import io.ringward.rules.CompileReport.Note;
import io.ringward.rules.evaluate.OutputParser;
import io.ringward.rules.evaluate.OutputTemplate;
import io.ringward.rules.event.Field;
import io.ringward.rules.predicate.ConditionChecker;
import io.ringward.rules.predicate.ConditionChecker.Checked;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.Quoted;
import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.problem.SourcePosition;
import io.ringward.rules.syntax.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compiles rules files: reads, parses, resolves, checks, specialises and prepares them for running.
 * Stateless and safe for use by several threads.
 *
 * <p>All or nothing: either every source is right and there is a new {@link RuleSet}, or there is
 * an exception with all the problems that were found, and whoever has rules in force keeps them.
 *
 * <pre>{@code
 * try {
 *   rules = RuleCompiler.compile(List.of(StarterRules.source(), RuleSource.file(path))).rules();
 * } catch (RuleException e) {
 *   log.error("rules stay as they were:\n{}", e.getMessage());
 * }
 * }</pre>
 */
public final class RuleCompiler {
  /** How many sources may be compiled together. */
  public static final int MOST_SOURCES = 1_024;

  /** How many rules may be in force together. */
  public static final int MOST_RULES = 4_096;

  /** How many tests all rules together may come to, macros written out. */
  public static final int MOST_TESTS = 65_536;

  private final ProblemCollector problems = new ProblemCollector();
  private final List<Note> notes = new ArrayList<>();
  private long tests;

  private RuleCompiler() {}

  /**
   * Compiles sources in their order: a later item replaces an earlier one of its name.
   *
   * @throws RuleException when anything is wrong with any of them
   */
  public static Compilation compile(List<RuleSource> sources) throws RuleException {
    return new RuleCompiler().run(sources);
  }

  private Compilation run(List<RuleSource> sources) throws RuleException {
    Catalogue catalogue = new Catalogue(problems, notes);
    if (sources.size() > MOST_SOURCES) {
      throw new RuleException(
          new RuleProblem.LimitExceeded(
              SourcePosition.startOf(sources.get(MOST_SOURCES).name()),
              "rules files",
              MOST_SOURCES));
    }
    for (RuleSource source : sources) {
      catalogue.read(source);
    }
    List<CompileReport.Entry> entries = check(catalogue);
    problems.throwIfAny();
    List<Rule> enabled =
        entries.stream()
            .filter(CompileReport.Entry::enabled)
            .map(CompileReport.Entry::rule)
            .toList();
    return new Compilation(new RuleSet(enabled), new CompileReport(entries, notes));
  }

  private List<CompileReport.Entry> check(Catalogue catalogue) {
    ConditionChecker checker = new ConditionChecker(catalogue.definitions(), problems);
    RuleBuilder builder = new RuleBuilder(notes);
    List<CompileReport.Entry> entries = new ArrayList<>();
    int seen = 0;
    for (ParsedRule parsed : catalogue.rules()) {
      if (problems.isFull()) {
        break;
      }
      if (++seen > MOST_RULES) {
        problems.add(new RuleProblem.LimitExceeded(where(parsed), "rules", MOST_RULES));
        break;
      }
      if (parsed.item().leniency().unknownFields()) {
        Optional<String> unknown = unknownField(parsed.condition());
        if (unknown.isPresent()) {
          notes.add(
              new Note(
                  where(parsed),
                  "this rule is left out, as it asks for: the field "
                      + Quoted.of(unknown.get())
                      + " is not known"));
          continue;
        }
      }
      int before = problems.count();
      Checked checked = checker.check(parsed.condition(), parsed.item().condition());
      OutputTemplate output = OutputParser.parse(parsed.item().output(), problems);
      tests += checked.tests();
      if (tests > MOST_TESTS) {
        problems.add(
            new RuleProblem.LimitExceeded(
                where(parsed), "tests in all rules with their macros written out", MOST_TESTS));
        break;
      }
      if (problems.count() == before) {
        Rule rule = builder.build(parsed, checked.predicate(), output);
        entries.add(new CompileReport.Entry(rule, parsed.enabled(), checked.tests()));
      }
    }
    checker.checkDefinitions();
    return entries;
  }

  private static SourcePosition where(ParsedRule parsed) {
    return parsed.item().name().start();
  }

  /** A field that the condition itself names, not one of its macros, and that nobody knows. */
  private static Optional<String> unknownField(Condition condition) {
    return switch (condition) {
      case Condition.Or or -> unknownField(or.operands());
      case Condition.And and -> unknownField(and.operands());
      case Condition.Not not -> unknownField(not.operand());
      case Condition.Test test -> unknownField(test.field());
      case Condition.MacroReference _ -> Optional.empty();
    };
  }

  private static Optional<String> unknownField(List<Condition> conditions) {
    return conditions.stream()
        .map(RuleCompiler::unknownField)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> unknownField(Condition.FieldReference field) {
    String name = field.name();
    boolean known =
        Field.named(name).isPresent()
            || field
                .argument()
                .flatMap(argument -> Field.named(name + "." + argument.text()))
                .isPresent();
    return known ? Optional.empty() : Optional.of(name);
  }
}
