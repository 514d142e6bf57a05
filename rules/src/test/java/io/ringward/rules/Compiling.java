/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Compiles texts in tests. */
final class Compiling {
  private Compiling() {}

  /** Compiles files named a.yaml, b.yaml, … that have to be right. */
  static Compilation compile(String... texts) {
    try {
      return RuleCompiler.compile(sources(texts));
    } catch (RuleException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** Compiles a rule with a condition; the condition starts at r.yaml:2:14. */
  static RuleSet rule(String condition) {
    return compile(item("r", condition)).rules();
  }

  /** A rule item with a condition, as the first of its file on lines 1 to 5. */
  static String item(String name, String condition) {
    return "- rule: %s\n  condition: %s\n  desc: d\n  output: o\n  priority: INFO\n"
        .formatted(name, condition);
  }

  /** Whether a condition holds for an event. */
  static boolean matches(String condition, EventContext event) {
    return rule(condition).evaluate(event, (_, _) -> {}) == 1;
  }

  /** The names of the rules that fire. */
  static List<String> fired(RuleSet rules, EventContext event) {
    List<String> names = new ArrayList<>();
    int count = rules.evaluate(event, (rule, _) -> names.add(rule.name()));
    if (count != names.size()) {
      throw new AssertionError("counted " + count + ", called for " + names);
    }
    return names;
  }

  /** The problems of files that have to be wrong. */
  static List<RuleProblem> problems(String... texts) {
    return assertThrows(RuleException.class, () -> RuleCompiler.compile(sources(texts))).problems();
  }

  /** The lines that people see of files that have to be wrong. */
  static List<String> lines(String... texts) {
    return problems(texts).stream().map(RuleProblem::line).toList();
  }

  private static List<RuleSource> sources(String... texts) {
    List<RuleSource> sources = new ArrayList<>();
    for (String text : Arrays.asList(texts)) {
      sources.add(RuleSource.text((char) ('a' + sources.size()) + ".yaml", text));
    }
    return sources;
  }
}
