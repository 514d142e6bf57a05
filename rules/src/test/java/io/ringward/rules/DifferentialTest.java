/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
}
