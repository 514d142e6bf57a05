/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static io.ringward.rules.Compiling.item;
import static io.ringward.rules.Compiling.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.rules.event.Fact;
import io.ringward.rules.problem.ProblemCollector;
import io.ringward.rules.problem.RuleException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs that are made to break compilers: each has to end in a problem with a place. */
class LimitsTest {
  private static String nested(int depth) {
    return "(".repeat(depth) + "proc.name = x" + ")".repeat(depth);
  }

  @Test
  void parenthesesNestToAHundred() {
    assertTrue(Compiling.matches(nested(100), SampleEvent.exec("x")));
    assertEquals(
        List.of("a.yaml:2:114: levels of parentheses and 'not' in a condition: at most 100"),
        lines(item("r", nested(101))));
    assertEquals(
        List.of("a.yaml:2:114: levels of parentheses and 'not' in a condition: at most 100"),
        lines(item("r", nested(30_000))));
    assertEquals(
        List.of("a.yaml:2:14: characters in the value of 'condition': at most 65536"),
        lines(item("r", nested(100_000))));
    assertEquals(
        List.of("a.yaml:2:114: levels of parentheses and 'not' in a condition: at most 100"),
        lines(item("r", "(".repeat(65_000))));
  }

  @Test
  void negationsNestToAHundred() {
    assertTrue(Compiling.matches("not ".repeat(100) + "proc.name = x", SampleEvent.exec("x")));
    assertEquals(
        List.of("a.yaml:2:414: levels of parentheses and 'not' in a condition: at most 100"),
        lines(item("r", "not ".repeat(10_000) + "proc.name = x")));
  }

  @Test
  void longChainsAreNoNesting() {
    String chain =
        IntStream.range(0, 2_000)
            .mapToObj(i -> "user.uid=" + i)
            .collect(Collectors.joining(" or "));
    SampleEvent event = SampleEvent.exec("x").with(Fact.USER_ID, 1_999L);
    assertTrue(Compiling.matches(chain, event));
  }

  @Test
  void testsInAConditionAreBounded() {
    String chain = String.join(" or ", Collections.nCopies(4_097, "a.b=1"));
    assertEquals(
        List.of("a.yaml:2:14: tests in a condition with its macros written out: at most 4096"),
        lines(item("r", chain.replace("a.b", "evt.num"))));
  }

  @Test
  void macrosThatDoubleThemselves() {
    StringBuilder text = new StringBuilder("- macro: m0\n  condition: proc.name = x\n");
    for (int i = 1; i <= 80; i++) {
      text.append("- macro: m%d\n  condition: m%d and m%d\n".formatted(i, i - 1, i - 1));
    }
    assertEquals(
        List.of("b.yaml:2:14: tests in a condition with its macros written out: at most 4096"),
        lines(text.toString(), item("r", "m80")));
  }

  @Test
  void testsOfAllRulesAreBounded() {
    String chain = String.join(" or ", Collections.nCopies(4_000, "evt.num=1"));
    StringBuilder text = new StringBuilder("- macro: m\n  condition: " + chain + "\n");
    for (int i = 0; i < 20; i++) {
      text.append(item("r" + i, "m"));
    }
    assertEquals(
        List.of("a.yaml:83:9: tests in all rules with their macros written out: at most 65536"),
        lines(text.toString()));
  }

  @Test
  void macrosInMacrosAreBounded() {
    for (boolean leafFirst : new boolean[] {true, false}) {
      List<String> macros =
          IntStream.range(1, 5_000)
              .mapToObj(i -> "- macro: m%d\n  condition: m%d\n".formatted(i, i - 1))
              .collect(Collectors.toList());
      macros.add(0, "- macro: m0\n  condition: proc.name = x\n");
      if (!leafFirst) {
        Collections.reverse(macros);
      }
      List<String> found = lines(String.join("", macros));
      assertTrue(
          found
              .getFirst()
              .endsWith("levels of macros, parentheses and 'not' in each other: at most 200"),
          found.getFirst());
    }
    String macros =
        IntStream.range(1, 90)
            .mapToObj(i ->
                "- macro: m%d\n  condition: %s\n".formatted(i, "not ".repeat(99) + "m" + (i - 1)))
            .collect(Collectors.joining());
    assertTrue(
        lines("- macro: m0\n  condition: proc.name = x\n" + macros)
            .getFirst()
            .endsWith("levels of macros, parentheses and 'not' in each other: at most 200"));
  }

  @Test
  void cyclesOfAnyLength() {
    String macros =
        IntStream.range(0, 150)
            .mapToObj(i -> "- macro: m%d\n  condition: m%d\n".formatted(i, (i + 1) % 150))
            .collect(Collectors.joining());
    assertTrue(lines(macros).stream().anyMatch(line -> line.contains("contains itself")));
    String lists =
        IntStream.range(0, 80)
            .mapToObj(i -> "- list: l%d\n  items: [l%d]\n".formatted(i, (i + 1) % 80))
            .collect(Collectors.joining());
    assertTrue(lines(lists).stream().anyMatch(line -> line.contains("contains itself")));
  }

  @Test
  void listsInListsAreBounded() {
    String chain =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "- list: l%d\n  items: [l%d]\n".formatted(i, i + 1))
            .collect(Collectors.joining());
    assertTrue(
        lines(chain + "- list: l10000\n  items: [x]\n")
            .getFirst()
            .endsWith("levels of lists in lists: at most 100"));
  }

  @Test
  void listsThatMultiply() {
    StringBuilder text = new StringBuilder("- list: l0\n  items: [x]\n");
    for (int i = 1; i <= 60; i++) {
      text.append(
          "- list: l%d\n  items: [%s]\n"
              .formatted(i, String.join(", ", Collections.nCopies(50, "l" + (i - 1)))));
    }
    // The same values again and again are few: repetitions fold in every list.
    assertEquals(List.of(), Compiling.compile(text.toString()).rules().rules());
    String many =
        IntStream.range(0, 60_000).mapToObj(i -> "v" + i).collect(Collectors.joining(", "));
    String repeated = String.join(", ", Collections.nCopies(1_000, "big"));
    assertEquals(
        List.of("a.yaml:1:1: values that all lists and conditions come to: at most 2000000"),
        lines("- list: big\n  items: [" + many + "]\n- list: all\n  items: [" + repeated + "]\n"));
  }

  @Test
  void listItemsAreBounded() {
    String many =
        IntStream.range(0, 65_537).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    assertEquals(
        List.of("a.yaml:2:10: items of 'items': at most 65536"),
        lines("- list: l\n  items: [" + many + "]\n"));
  }

  @Test
  void yamlNestingIsBounded() {
    assertEquals(
        List.of("a.yaml:1:33: levels of lists and mappings in each other: at most 32"),
        lines("[".repeat(100_000)));
    assertEquals(
        List.of("a.yaml:1:65: levels of lists and mappings in each other: at most 32"),
        lines("- ".repeat(100_000)));
    assertTrue(lines("{".repeat(100_000)).getFirst().contains("levels of lists and mappings"));
    assertTrue(lines("? ".repeat(100_000)).getFirst().contains("levels of lists and mappings"));
  }

  @Test
  void aliasesDoNotMultiply() {
    StringBuilder text = new StringBuilder("- &a0 [x, x]\n");
    for (int i = 1; i < 100; i++) {
      text.append("- &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i - 1, i - 1, i - 1));
    }
    List<String> found = lines(text.toString());
    assertEquals(ProblemCollector.MOST_PROBLEMS, found.size());
    assertTrue(found.getFirst().startsWith("a.yaml:1:3: an item has to be a mapping"));
  }

  @Test
  void filesAreBounded(@TempDir Path folder) throws Exception {
    Path large = folder.resolve("large.yaml");
    Files.writeString(large, "#".repeat(1_048_577));
    RuleException thrown =
        assertThrows(
            RuleException.class, () -> RuleCompiler.compile(List.of(RuleSource.file(large))));
    assertEquals(large + ":1:1: bytes in a rules file: at most 1048576", thrown.getMessage());
    RuleException endless =
        assertThrows(
            RuleException.class,
            () -> RuleCompiler.compile(List.of(RuleSource.file(Path.of("/dev/zero")))));
    assertEquals("/dev/zero:1:1: bytes in a rules file: at most 1048576", endless.getMessage());
    assertEquals(
        List.of("a.yaml:1:1: bytes in a rules file: at most 1048576"), lines("é".repeat(600_000)));
  }

  @Test
  void stringsAreBounded() {
    String text = "x".repeat(100_000);
    assertEquals(
        List.of("a.yaml:2:14: characters in the value of 'condition': at most 65536"),
        lines("- macro: m\n  condition: proc.name = \"" + text + "\"\n"));
    assertEquals(
        List.of("a.yaml:1:9: characters in the value of 'rule': at most 65536"),
        lines(item(text, "proc.name = x")));
    assertEquals(
        List.of("a.yaml:1:9: characters in a name: at most 256"),
        lines(item("x".repeat(257), "proc.name = x")));
    assertTrue(lines("- " + text + ": y\n").getFirst().length() < 300);
  }

  @Test
  void rulesAreBounded() {
    String many =
        IntStream.range(0, 4_097)
            .mapToObj(i -> item("r" + i, "proc.name = x"))
            .collect(Collectors.joining());
    assertEquals(List.of("a.yaml:20481:9: rules: at most 4096"), lines(many));
    String items =
        IntStream.range(0, 20_001)
            .mapToObj(i -> "- list: l" + i + "\n  items: []\n")
            .collect(Collectors.joining());
    assertEquals(List.of("a.yaml:1:1: items in a rules file: at most 20000"), lines(items));
    List<RuleSource> sources = Collections.nCopies(1_025, RuleSource.text("s", ""));
    assertThrows(RuleException.class, () -> RuleCompiler.compile(sources));
  }

  @Test
  void problemsAreBounded() {
    String many =
        IntStream.range(0, 3_000)
            .mapToObj(i -> item("r" + i, "no.such" + " = x"))
            .collect(Collectors.joining());
    RuleException thrown =
        assertThrows(
            RuleException.class,
            () -> RuleCompiler.compile(List.of(RuleSource.text("a.yaml", many))));
    assertEquals(100, thrown.problems().size());
    assertTrue(thrown.more());
    assertTrue(thrown.getMessage().endsWith("\n… and more problems"));
  }

  @Test
  void outputsAreBounded() {
    String fields = "%evt.num ".repeat(300);
    assertEquals(
        List.of("a.yaml:4:11: fields in an output: at most 256"),
        lines(item("r", "proc.name = x").replace("output: o", "output: \"" + fields + "\"")));
  }
}
