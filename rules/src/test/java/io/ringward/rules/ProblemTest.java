/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static io.ringward.rules.Compiling.item;
import static io.ringward.rules.Compiling.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.rules.event.EventType;
import io.ringward.rules.problem.RuleException;
import io.ringward.rules.problem.RuleProblem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemTest {
  /** Conditions begin at column 14 of line 2. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          proc.nmae = x       | 2:14 | unknown field 'proc.nmae', did you mean 'proc.name'?
          zzz.qqq = x         | 2:14 | unknown field 'zzz.qqq'
          shells              | 2:14 | unknown macro 'shells'; fields have a dot in their name
          proc.name =         | 2:25 | expected a value, found the end of the condition
          proc.name           | 2:23 | expected an operator (= != < <= > >= contains icontains startswith endswith glob iglob in exists), found the end of the condition
          proc.name is x      | 2:24 | expected an operator (= != < <= > >= contains icontains startswith endswith glob iglob in exists), found 'is'
          proc.name = x y     | 2:28 | expected 'and', 'or' or the end of the condition, found 'y'
          proc.name = x)      | 2:27 | expected 'and', 'or' or the end of the condition, found ')'
          (proc.name = x      | 2:28 | expected 'and', 'or' or ')', found the end of the condition
          ()                  | 2:15 | expected a field such as proc.name, a macro, 'not' or '(', found ')'
          not                 | 2:17 | expected a field such as proc.name, a macro, 'not' or '(', found the end of the condition
          and proc.name = x   | 2:14 | expected a field such as proc.name, a macro, 'not' or '(', found 'and'
          proc.name = x or    | 2:30 | expected a field such as proc.name, a macro, 'not' or '(', found the end of the condition
          proc.name = x && a  | 2:28 | expected a field, a macro, 'not', 'and', 'or' or a parenthesis, found '&'
          proc.name in x      | 2:27 | unknown list 'x'; single values stand in parentheses, such as in (a, b)
          proc.name in (a b)  | 2:30 | expected ',' or ')' after a value of a list, found 'b'
          proc.name in (a,)   | 2:30 | expected a value, found ')'
          proc.name in (a     | 2:29 | expected ',' or ')' after a value of a list, found the end of the condition
          proc.name in (,)    | 2:28 | expected a value or ')', found ','
          proc.name in = x    | 2:27 | expected values in parentheses or the name of a list, found '='
          proc.name = (a)     | 2:26 | expected a value, found '('
          proc.name = 'a      | 2:26 | expected a closing ', found the end of the condition after an open quote
          proc.name = "a\\q"  | 2:28 | expected one of the escapes \\\\\\\\ \\/ \\" \\n \\t \\r \\b \\f, found '\\q'
          proc.name < x       | 2:24 | 'proc.name' (text) takes the operators = != contains icontains startswith endswith glob iglob in exists, not '<'
          user.uid contains 1 | 2:23 | 'user.uid' (number) takes the operators = != < <= > >= in exists, not 'contains'
          fd.rip startswith 1 | 2:21 | 'fd.rip' (ip address) takes the operators = != in exists, not 'startswith'
          user.uid = root     | 2:25 | 'user.uid' expects a whole number, decimal or hexadecimal (0x…), found 'root'
          user.uid = 1.5      | 2:25 | 'user.uid' expects a whole number, decimal or hexadecimal (0x…), found '1.5'
          user.uid in (1, a)  | 2:30 | 'user.uid' expects a whole number, decimal or hexadecimal (0x…), found 'a'
          user.uid = 99999999999999999999 | 2:25 | 'user.uid' expects a whole number, decimal or hexadecimal (0x…), found '99999999999999999999'
          fd.rip = 300.1.1.1  | 2:23 | 'fd.rip' expects an IP address such as 10.0.0.1 or 2001:db8::1, found '300.1.1.1'
          fd.rip = example.org | 2:23 | 'fd.rip' expects an IP address such as 10.0.0.1 or 2001:db8::1, found 'example.org'
          fd.rip = 10.0.0.0/8 | 2:23 | 'fd.rip' expects an IP address such as 10.0.0.1 or 2001:db8::1, found '10.0.0.0/8'
          fd.net = 10.0.0.0/33 | 2:23 | 'fd.net' expects a network such as 10.0.0.0/8 or 2001:db8::/32, found '10.0.0.0/33'
          proc.is_exe_from_memfd = yes | 2:39 | 'proc.is_exe_from_memfd' expects true or false, found 'yes'
          proc.is_exe_from_memfd in (true) | 2:37 | 'proc.is_exe_from_memfd' (boolean) takes the operators = != exists, not 'in'
          evt.type = conect   | 2:25 | unknown event type 'conect', did you mean 'connect'?; Ringward sees {types}
          evt.type in (bind, sysfs) | 2:33 | unknown event type 'sysfs'; Ringward sees {types}
          evt.type > bind     | 2:23 | 'evt.type' (event type) takes the operators = != in exists, not '>'
          proc.name[1] = x    | 2:14 | 'proc.name' takes no argument in brackets
          proc.aname[x] = y   | 2:14 | 'proc.aname' expects a number of generations in brackets, 0 to 64, found 'x'
          proc.aname[65] = y  | 2:14 | 'proc.aname' expects a number of generations in brackets, 0 to 64, found '65'
          proc.aname[] = y    | 2:25 | expected the argument of a field, such as [1], found ']'
          proc.aname[1 = y    | 2:26 | expected ']' after the argument of a field, found ' '
          evt.time = x        | 2:14 | testing 'evt.time', which can be printed in outputs, is not supported yet
          proc.name regex a*  | 2:24 | the operator 'regex' is not supported yet; supported: = != < <= > >= contains icontains startswith endswith glob iglob in exists
          proc.pid glob 1*    | 2:23 | 'proc.pid' (number) takes the operators = != < <= > >= in exists, not 'glob'
          proc.name pmatch (a) | 2:24 | the operator 'pmatch' is not supported yet; supported: = != < <= > >= contains icontains startswith endswith glob iglob in exists
          tolower(proc.name) = x | 2:14 | the transformer 'tolower' is not supported yet
          proc.name = x and #a | 2:32 | expected a field, a macro, 'not', 'and', 'or' or a parenthesis, found '#'
          """)
  void conditionProblems(String condition, String where, String words) {
    String message = words.replace("{types}", String.join(", ", EventType.allNames()));
    // In a literal block, as YAML would take some of these characters for its own.
    String block = item("r", "|\n             " + condition.replace("\\\\", "\\"));
    String expected = "a.yaml:" + where.replace("2:", "3:") + ": " + message.replace("\\\\", "\\");
    expected = expected.replace("{types}", String.join(", ", EventType.allNames()));
    assertEquals(List.of(expected), lines(block));
  }

  @Test
  void positionsInEveryStyleOfScalar() {
    assertEquals("4:19", place("- macro: m\n\n  condition:\n    proc.name = x )\n"));
    assertEquals("4:5", place("- macro: m\n  condition: proc.name = x\n    and\n    )\n"));
    assertEquals("5:5", place("- macro: m\n  condition: >\n    proc.name = x\n\n    )\n"));
    assertEquals("4:5", place("- macro: m\n  condition: |-  # why\n    proc.name = x\n    )\n"));
    assertEquals("2:33", place("- macro: m\n  condition: 'proc.name = ''x'' )'\n"));
    assertEquals("2:33", place("- macro: m\n  condition: \"proc.name = \\\"x\\\" )\"\n"));
    assertEquals("2:30", place("- macro: m\n  condition: \"proc.name\\x20= )\"\n"));
    assertEquals("3:5", place("- macro: m\n  condition: \"proc.name = x\\\n  \\ )\"\n"));
    assertEquals("3:3", place("- macro: m\n  condition: \"proc.name = x\n  )\"\n"));
    assertEquals(
        "2:32", place("- macro: m\r\n  condition: &a proc.name = x )\r\n".replace("x )", "x  )")));
    assertEquals("2:28", place("- macro: m\r\n  condition: proc.name = x )\r\n"));
    assertEquals("2:28", place("- macro: m\n  condition: proc.name = 𝄞 )\n"));
    assertEquals("2:14", place("\ufeff- macro: m\n  condition: )\n"));
  }

  private static String place(String text) {
    List<RuleProblem> problems = Compiling.problems(text);
    assertEquals(1, problems.size(), problems.toString());
    assertInstanceOf(RuleProblem.Syntax.class, problems.getFirst(), problems.toString());
    return problems.getFirst().where().toString().replace("a.yaml:", "");
  }

  @Test
  void manyProblemsAreToldAtOnceInTheOrderOfTheFiles() {
    String first =
        """
        - rule: one
          condition: proc.nam = x or fd.rport = http and unheard_of
          desc: d
          output: "%fd.rpot"
          priority: LOUD
          tags: none
          colour: red
        - macro: broken
          condition: (proc.name = x
        - list: l
          itmes: [a]
        - rule: two
          condition: proc.name in (l) and user.uid in (l)
          output: o
          priority: INFO
        """;
    String second = "- rule: three\n  rule: four\n  enabled: maybe\n";
    assertEquals(
        List.of(
            "a.yaml:2:14: unknown field 'proc.nam', did you mean 'proc.name'?",
            "a.yaml:2:41: 'fd.rport' expects a whole number, decimal or hexadecimal (0x…), found"
                + " 'http'",
            "a.yaml:2:50: unknown macro 'unheard_of'; fields have a dot in their name",
            "a.yaml:4:13: unknown field 'fd.rpot', did you mean 'fd.rport'?",
            "a.yaml:5:13: 'priority' expects one of Emergency, Alert, Critical, Error, Warning,"
                + " Notice, Informational, Debug, found 'LOUD'",
            "a.yaml:6:9: 'tags' has to be a list such as [a, b], found a single value",
            "a.yaml:7:3: a rule has no key 'colour'; its keys are rule, condition, desc, output,"
                + " priority, tags, enabled, source, warn_evttypes, skip-if-unknown-filter, action,"
                + " for, operations, rate, persist",
            "a.yaml:9:28: expected 'and', 'or' or ')', found the end of the condition",
            "a.yaml:10:3: the list 'l' lacks the key 'items': values in brackets, such as [a, b]",
            "a.yaml:11:3: a list has no key 'itmes', did you mean 'items'?; its keys are list,"
                + " items",
            "a.yaml:12:3: the rule 'two' lacks the key 'desc'",
            "b.yaml:1:3: the rule 'three' lacks the key 'condition'",
            "b.yaml:1:3: the rule 'three' lacks the key 'output': what an alert says",
            "b.yaml:1:3: the rule 'three' lacks the key 'desc'",
            "b.yaml:1:3: the rule 'three' lacks the key 'priority': one of Emergency, Alert,"
                + " Critical, Error, Warning, Notice, Informational, Debug",
            "b.yaml:2:3: the key 'rule' was given on line 1 already",
            "b.yaml:3:12: 'enabled' expects true or false, found 'maybe'"),
        lines(first, second));
  }

  @Test
  void problemsOfOneConditionAreToldTogether() {
    assertEquals(
        List.of(
            "a.yaml:2:14: unknown field 'proc.nam', did you mean 'proc.name'?",
            "a.yaml:2:41: 'fd.rport' expects a whole number, decimal or hexadecimal (0x…), found"
                + " 'http'",
            "a.yaml:2:50: unknown macro 'unheard_of'; fields have a dot in their name",
            "a.yaml:4:13: unknown field 'fd.rpot', did you mean 'fd.rport'?"),
        lines(
            item("r", "proc.nam = x or fd.rport = http and unheard_of")
                .replace("output: o", "output: \"%fd.rpot\"")));
  }

  @Test
  void problemInMacroIsToldOnceWhereTheMacroIs() {
    String macros = "- macro: m\n  condition: proc.nam = x\n- list: ports\n  items: [80, http]\n";
    String rules = item("r", "m") + item("s", "m and m") + item("t", "fd.rport in (ports)");
    assertEquals(
        List.of(
            "a.yaml:2:14: unknown field 'proc.nam', did you mean 'proc.name'?",
            "a.yaml:4:15: 'fd.rport' expects a whole number, decimal or hexadecimal (0x…), found"
                + " 'http'"),
        lines(macros, rules));
    assertEquals(1, lines(macros.substring(0, macros.indexOf("- list"))).size(), "even if unused");
  }

  @Test
  void cycles() {
    assertEquals(
        List.of("a.yaml:6:14: macro 'a' contains itself: a -> b -> c -> a"),
        lines(
            """
            - macro: a
              condition: b
            - macro: b
              condition: proc.name = x or c
            - macro: c
              condition: a and proc.name = y
            """));
    assertEquals(
        List.of("a.yaml:2:14: macro 'a' contains itself: a -> a"),
        lines("- macro: a\n  condition: a\n"));
    assertEquals(
        List.of("a.yaml:4:11: list 'a' contains itself: a -> b -> a"),
        lines("- list: a\n  items: [x, b]\n- list: b\n  items: [a]\n"));
  }

  @Test
  void listWhereMacroShouldStandAndTheOtherWayRound() {
    String both = "- list: l\n  items: [x]\n- macro: m\n  condition: proc.name = x\n";
    assertEquals(
        List.of("b.yaml:2:14: unknown macro 'l'; 'l' is a list, to stand after 'in'"),
        lines(both, item("r", "l")));
    assertEquals(
        List.of(
            "b.yaml:2:27: unknown list 'm', did you mean 'l'?; single values stand in parentheses,"
                + " such as in (a, b)"),
        lines(both, item("r", "proc.name in m")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          action: destroy        | 6:11 | 'action' expects alert, watch, throttle, block, kill, found 'destroy'
          action: block          | 1:3  | the rule 'r' lacks the key 'for': how long 'block' lasts, such as 30s, 5m or 2h, at most 24h
          action: block;for: 5   | 7:8  | 'for' expects a duration such as 30s, 5m or 2h, over 0 and at most 24h, found '5'
          action: block;for: 25h | 7:8  | 'for' expects a duration such as 30s, 5m or 2h, over 0 and at most 24h, found '25h'
          action: kill;for: 0s   | 7:8  | 'for' expects a duration such as 30s, 5m or 2h, over 0 and at most 24h, found '0s'
          action: kill;for: 999999999h | 7:8  | 'for' expects a duration such as 30s, 5m or 2h, over 0 and at most 24h, found '999999999h'
          for: 5m                | 6:8  | 'for' means nothing together with 'action: alert'
          rate: 1/s              | 6:9  | 'rate' means nothing together with 'action: alert'
          action: kill;for: 5m;operations: [bind] | 8:15 | 'operations' means nothing together with 'action: kill'
          action: block;for: 5m;rate: 1/s | 8:9 | 'rate' means nothing together with 'action: block'
          action: throttle;for: 5m;rate: fast | 8:9 | 'rate' expects a rate such as 10/s, 30/m or 100/h, over 0, at most 1000000/s, found 'fast'
          action: throttle;for: 5m;rate: 0/s | 8:9 | 'rate' expects a rate such as 10/s, 30/m or 100/h, over 0, at most 1000000/s, found '0/s'
          action: block;for: 5m;operations: connect | 8:15 | 'operations' has to be a list such as [a, b], found a single value
          action: block;for: 5m;operations: [] | 8:15 | 'operations' has to be at least one operation, found none
          action: block;for: 5m;operations: [conect] | 8:16 | 'operations' expects connect, bind, exec, fork, open, unlink, rename, send, cpu, memory, io, memory_exec, module_load, ptrace, bpf, mount, setuid (perhaps connect), found 'conect'
          action: throttle;for: 5m;operations: [send, bind] | 8:15 | one rate cannot hold for bind, send, which are not counted alike: use a verdict for each
          action: throttle;for: 5m;operations: [send];rate: 1kB | 9:9 | 'rate' expects a rate such as 100kB/s, 2MB/s or 1MiB/m, over 0, at most 10GB/s, found '1kB'
          action: throttle;for: 5m;operations: [cpu];rate: 1/s | 9:9 | 'rate' expects a share of processors such as 0.2 or 20%, over 0, at most 1024, found '1/s'
          action: block;for: 5m;operations: [cpu] | 8:15 | cpu, memory and io can be throttled, and not blocked
          exceptions: []         | 6:3  | the key 'exceptions' is not supported yet; supported: rule condition desc output priority tags enabled source warn_evttypes skip-if-unknown-filter action for operations rate persist
          source: k8s_audit      | 6:11 | 'source' expects syscall, the only source there is, found 'k8s_audit'
          tags: [a, [b]]         | 6:13 | 'an item of tags' has to be a single value, found a list
          {a: b}: c              | 6:3  | a key has to be a single value, found a mapping of keys to values
          """)
  void ruleKeys(String keys, String where, String message) {
    String text = item("r", "proc.name = x") + "  " + keys.replace(";", "\n  ") + "\n";
    assertEquals(List.of("a.yaml:" + where + ": " + message), lines(text));
  }

  @Test
  void shapesOfFiles() {
    assertEquals(
        List.of(
            "a.yaml:1:1: a rules file has to be a list of items, each beginning with '- rule:',"
                + " '- macro:' or '- list:', found a mapping of keys to values"),
        lines("rule: r\n"));
    assertEquals(
        List.of(
            "a.yaml:1:3: an item has to be a mapping such as '- rule: name', found a single value"),
        lines("- rule\n"));
    assertEquals(
        List.of(
            "a.yaml:1:3: expected an item with the key 'rule', 'macro', 'list' or"
                + " 'required_engine_version', found the keys 'rul, condition'"),
        lines("- rul: r\n  condition: c\n"));
    assertEquals(
        List.of(
            "a.yaml:1:3: expected an item with the key 'rule', 'macro', 'list' or"
                + " 'required_engine_version', found one without a key"),
        lines("- {}\n"));
    assertEquals(
        List.of("a.yaml:2:13: 'condition' has to be a single value, found nothing"),
        lines("- macro: m\n  condition:\n"));
    assertEquals(
        List.of("a.yaml:2:14: 'condition' has to be a single value, found nothing"),
        lines("- macro: m\n  condition: ''\n"));
    assertEquals(
        List.of("a.yaml:2:14: 'condition' has to be a single value, found nothing"),
        lines("- macro: m\n  condition: ' \t'\n"));
    assertEquals(
        List.of("a.yaml:2:14: 'condition' has to be a single value, found a list"),
        lines("- macro: m\n  condition: [a]\n"));
    assertEquals(
        List.of(
            "a.yaml:1:28: 'required_engine_version' expects a version such as 26 or 0.31.0, found"
                + " 'new'"),
        lines("- required_engine_version: new\n"));
    assertEquals(
        List.of(
            "a.yaml:1:3: the key 'required_plugin_versions' is not supported yet; supported:"
                + " required_engine_version"),
        lines("- required_plugin_versions: []\n"));
    assertEquals(
        List.of(
            "a.yaml:1:9: unknown rule 'r'; an item without a condition switches an earlier rule on"
                + " or off"),
        lines("- rule: r\n  enabled: false\n"));
  }

  @Test
  void brokenYaml() {
    List<RuleProblem> problems = Compiling.problems("- rule: r\n  condition: \"open\n");
    assertInstanceOf(RuleProblem.YamlSyntax.class, problems.getFirst());
    assertEquals(3, problems.getFirst().where().line());
    assertTrue(lines("- a: b\n c: d\n").getFirst().startsWith("a.yaml:2:2: not valid YAML: "));
    assertTrue(
        lines("- &a [*a]\n").getFirst().contains("1:7: not valid YAML"),
        lines("- &a [*a]\n").toString());
    assertEquals(
        "a.yaml:2:3: not valid YAML: the character U+0007 is not allowed",
        lines("- x\n- \u0007\n").getFirst());
  }

  @Test
  void filesThatCannotBeRead(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("missing.yaml");
    Path binary = folder.resolve("binary.yaml");
    Files.write(binary, new byte[] {'#', ' ', 'a', '\n', '-', ' ', (byte) 0xff, 'x'});
    Path right = folder.resolve("right.yaml");
    Files.write(right, item("r", "proc.name = x").getBytes(StandardCharsets.UTF_8));
    RuleException thrown =
        assertThrows(
            RuleException.class,
            () ->
                RuleCompiler.compile(
                    List.of(
                        RuleSource.file(missing),
                        RuleSource.file(right),
                        RuleSource.file(binary),
                        RuleSource.file(folder))));
    assertEquals(
        missing
            + ":1:1: cannot be read: there is no such file\n"
            + binary
            + ":2:3: cannot be read: it is not UTF-8 from here on\n"
            + folder
            + ":1:1: cannot be read: it is a folder, name the files in it",
        thrown.getMessage());
    assertEquals(1, RuleCompiler.compile(List.of(RuleSource.file(right))).rules().rules().size());
  }

  @Test
  void hostileTextDoesNotReachTheTerminal() {
    String line = lines(item("r", "\"proc.name \\e[31m\\u202e\"")).getFirst();
    assertTrue(line.chars().noneMatch(character -> character < ' '), line);
    String longOne = lines(item("r", "a" + "b".repeat(5_000))).getFirst();
    assertTrue(longOne.length() < 200, longOne);
  }
}
