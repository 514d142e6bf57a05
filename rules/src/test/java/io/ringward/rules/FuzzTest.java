/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Field;
import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import io.ringward.rules.syntax.Operator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes in: a compilation or a {@link RuleException}, never anything else. */
class FuzzTest {
  /** A source of any bytes. */
  private static void compile(byte[] bytes, long seed) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    compile(text, seed);
  }

  private static boolean compile(String text, long seed) {
    try {
      Compilation compilation = RuleCompiler.compile(List.of(RuleSource.text("fuzz.yaml", text)));
      for (EventType type : EventType.values()) {
        SampleEvent event = SampleEvent.of(type);
        compilation.rules().evaluate(event, (rule, matched) -> rule.output().render(matched));
      }
      return true;
    } catch (RuleException e) {
      for (RuleProblem problem : e.problems()) {
        check(problem, text, seed);
      }
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("seed " + seed + ":\n" + text, e);
    }
  }

  private static void check(RuleProblem problem, String text, long seed) {
    List<String> lines = text.lines().toList();
    int line = problem.where().line();
    int column = problem.where().column();
    boolean inside =
        line <= lines.size() + 1
            && column
                <= (line <= lines.size()
                        ? lines.get(line - 1).codePointCount(0, lines.get(line - 1).length())
                        : 0)
                    + 1;
    boolean oneLine = problem.line().chars().noneMatch(character -> character < ' ');
    if (!inside || !oneLine || problem.message().isEmpty()) {
      throw new AssertionError("seed " + seed + ": " + problem.line() + "\n" + text);
    }
  }

  private static String starter() {
    try (InputStream in = StarterRules.open()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void randomBytes() {
    for (long seed = 0; seed < 8_000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      compile(bytes, seed);
    }
  }

  @Test
  void randomCharactersThatMeanSomethingToYaml() {
    String alphabet = "-:[]{}?,&*!|>'\"%@`#~ \n\n\t\\abc.x01";
    for (long seed = 0; seed < 12_000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(80);
      for (int i = 0; i < length; i++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      compile(text.toString(), seed);
    }
  }

  @Test
  void damagedStarterRules() {
    String starter = starter();
    for (long seed = 0; seed < 600; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder(starter);
      int damages = 1 + random.nextInt(4);
      for (int i = 0; i < damages; i++) {
        damage(text, random);
      }
      compile(text.toString(), seed);
    }
  }

  private static void damage(StringBuilder text, Random random) {
    int from = random.nextInt(text.length());
    int to = Math.min(text.length(), from + random.nextInt(40));
    switch (random.nextInt(4)) {
      case 0 -> text.delete(from, to);
      case 1 -> text.insert(random.nextInt(text.length()), text.substring(from, to));
      case 2 -> text.setCharAt(from, (char) random.nextInt(0x250));
      default -> text.setCharAt(from, " \n:-'\"()[],=".charAt(random.nextInt(12)));
    }
  }

  @Test
  void tokenSoup() {
    List<String> tokens = new ArrayList<>(Operator.labels());
    Field[] fields = Field.values();
    tokens.addAll(
        List.of(
            "(",
            ")",
            "(",
            ")",
            ",",
            "and",
            "or",
            "not",
            "and",
            "or",
            "m",
            "l",
            "x",
            "1",
            "true",
            "connect",
            "10.0.0.1",
            "10.0.0.0/8",
            "'q'",
            "\"d\"",
            "[1]",
            "proc.aname[2]",
            "'",
            "\"",
            "\\",
            "%",
            "0x1f",
            "glob",
            "tolower(",
            "==",
            "!",
            "[",
            "]",
            "é",
            "𝄞"));
    String prefix =
        "- list: l\n  items: [1, x]\n- macro: m\n  condition: proc.name in (l)\n- rule: r\n"
            + "  desc: d\n  output: o\n  priority: info\n  condition: |\n    ";
    int compiled = 0;
    for (long seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      StringBuilder condition = new StringBuilder();
      int length = 1 + random.nextInt(12);
      for (int i = 0; i < length; i++) {
        boolean field = random.nextInt(4) == 0;
        condition.append(
            field
                ? fields[random.nextInt(fields.length)].label()
                : tokens.get(random.nextInt(tokens.size())));
        condition.append(random.nextInt(8) == 0 ? "" : random.nextInt(8) == 0 ? "\n    " : " ");
      }
      compiled += compile(prefix + condition + "\n", seed) ? 1 : 0;
    }
    if (compiled == 0) {
      throw new AssertionError("soup that never compiles tests the parser only");
    }
  }

  @Test
  void outputSoup() {
    String alphabet = "%%%[]().proc.name[1]evt.numé ";
    for (long seed = 0; seed < 8_000; seed++) {
      Random random = new Random(seed);
      StringBuilder output = new StringBuilder();
      int length = random.nextInt(30);
      for (int i = 0; i < length; i++) {
        int from = random.nextInt(alphabet.length());
        output.append(alphabet, from, Math.min(alphabet.length(), from + 1 + random.nextInt(9)));
      }
      compile(
          Compiling.item("r", "evt.num exists").replace("output: o", "output: |\n    " + output),
          seed);
    }
  }
}
