/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random conditions, with macros and lists, on random events: the compiled rule has to agree with
 * an evaluation of the same tree that is as simple as can be and shares no code with the compiler.
 */
class DifferentialTest {
  @Test
  void compiledAgreesWithNaive() {
    int matched = 0;
    int evaluated = 0;
    for (long seed = 0; seed < 4_000; seed++) {
      ConditionGenerator made = new ConditionGenerator(seed);
      ConditionGenerator.Node root = made.node((int) (seed % 6));
      String text = made.definitions() + Compiling.item("r", "|\n    " + root.text());
      RuleSet rules = Compiling.compile(text).rules();
      for (int i = 0; i < 25; i++) {
        SampleEvent event = made.event();
        boolean expected = root.meaning().of(event);
        boolean actual = rules.evaluate(event, (_, _) -> {}) == 1;
        assertEquals(expected, actual, () -> text + "\n" + event);
        matched += actual ? 1 : 0;
        evaluated++;
      }
    }
    assertTrue(matched > evaluated / 10 && matched < evaluated * 9 / 10, matched + " matches");
  }

  /** Many rules at once, so that the index over them has several dimensions and words. */
  @Test
  void setsOfRulesAgreeWithNaive() {
    for (long seed = 0; seed < 60; seed++) {
      ConditionGenerator made = new ConditionGenerator(seed);
      List<ConditionGenerator.Node> nodes = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      int count = 1 + (int) (seed * 37 % 200);
      for (int i = 0; i < count; i++) {
        nodes.add(made.conjunction());
        text.append(Compiling.item("r" + i, "|\n    " + nodes.getLast().text()));
      }
      RuleSet rules = Compiling.compile(made.definitions() + text).rules();
      for (int i = 0; i < 200; i++) {
        SampleEvent event = made.event();
        List<String> expected =
            IntStream.range(0, count)
                .filter(rule -> nodes.get(rule).meaning().of(event))
                .mapToObj(rule -> "r" + rule)
                .toList();
        assertEquals(expected, Compiling.fired(rules, event), () -> text + "\n" + event);
      }
    }
  }
}
