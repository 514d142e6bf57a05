/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static io.ringward.rules.Compiling.item;
import static io.ringward.rules.Compiling.matches;
import static io.ringward.rules.SampleEvent.connect;
import static io.ringward.rules.SampleEvent.exec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrammarTest {
  private static final String A = "proc.pid = 1";
  private static final String B = "user.uid = 1";
  private static final String C = "thread.tid = 1";

  /** What an expert would say of three truth values. */
  @FunctionalInterface
  private interface Truth {
    boolean of(boolean a, boolean b, boolean c);
  }

  private static void assertTruth(String condition, Truth truth) {
    assertTruth("", condition, truth);
  }

  private static void assertTruth(String macros, String condition, Truth truth) {
    String written = condition.replace("A", A).replace("B", B).replace("C", C);
    String definitions = macros.replace("A", A).replace("B", B).replace("C", C);
    RuleSet rules = Compiling.compile(definitions + item("r", written)).rules();
    for (int bits = 0; bits < 8; bits++) {
      boolean a = (bits & 1) != 0;
      boolean b = (bits & 2) != 0;
      boolean c = (bits & 4) != 0;
      SampleEvent event =
          SampleEvent.of(EventType.EXECVE)
              .with(Fact.PROCESS_ID, a ? 1L : 0L)
              .with(Fact.USER_ID, b ? 1L : 0L)
              .with(Fact.THREAD_ID, c ? 1L : 0L);
      assertEquals(
          truth.of(a, b, c),
          !Compiling.fired(rules, event).isEmpty(),
          condition + " with " + a + ", " + b + ", " + c);
    }
  }

  @Test
  void andBindsTighterThanOr() {
    assertTruth("A or B and C", (a, b, c) -> a || (b && c));
    assertTruth("A and B or C", (a, b, c) -> (a && b) || c);
    assertTruth("(A or B) and C", (a, b, c) -> (a || b) && c);
    assertTruth("A and (B or C)", (a, b, c) -> a && (b || c));
  }

  @Test
  void notBindsTightest() {
    assertTruth("not A and B", (a, b, c) -> !a && b);
    assertTruth("not A or B", (a, b, c) -> !a || b);
    assertTruth("not (A and B)", (a, b, c) -> !(a && b));
    assertTruth("not(A or B) and C", (a, b, c) -> !(a || b) && c);
    assertTruth("not not A", (a, b, c) -> a);
    assertTruth("not not not A", (a, b, c) -> !a);
    assertTruth("A and not B and not C", (a, b, c) -> a && !b && !c);
  }

  @Test
  void macroCountsAsIfInParentheses() {
    String macros = "- macro: either\n  condition: A or B\n";
    assertTruth(macros, "either and C", (a, b, c) -> (a || b) && c);
    assertTruth(macros, "C and either", (a, b, c) -> c && (a || b));
    assertTruth(macros, "not either", (a, b, c) -> !(a || b));
    String nested = macros + "- macro: both\n  condition: either and C\n";
    assertTruth(nested, "not both or A", (a, b, c) -> !((a || b) && c) || a);
  }

  @Test
  void macrosMayBeDefinedAfterTheirUse() {
    String rule = item("r", "first");
    String macros =
        "- macro: first\n  condition: second\n- macro: second\n  condition: proc.name = x\n";
    assertEquals(List.of("r"), Compiling.fired(Compiling.compile(rule, macros).rules(), exec("x")));
  }

  @Test
  void blanksHardlyMatter() {
    assertTruth("(A)and(B)or(C)", (a, b, c) -> (a && b) || c);
    assertTruth("'A\n    and\n\n    B'", (a, b, c) -> a && b);
    assertTrue(matches("proc.name=x", exec("x")));
    assertTrue(matches("proc.name==x", exec("x")));
    assertTrue(matches("proc.name!=y", exec("x")));
    assertTrue(matches("proc.name in(x,y)", exec("x")));
    assertTrue(matches("proc.name in ( x , y )", exec("y")));
    assertTrue(matches("user.uid<=5", exec("x").with(Fact.USER_ID, 5L)));
    assertTrue(matches("user.uid>-1", exec("x").with(Fact.USER_ID, 0L)));
  }

  @Test
  void wordsThatBeginLikeKeywordsAreNone() {
    String macros =
        """
        - macro: order
          condition: proc.name = x
        - macro: android
          condition: proc.name = x
        - macro: nothing
          condition: proc.name = x
        - macro: inside
          condition: proc.name = x
        """;
    RuleSet rules =
        Compiling.compile(macros + item("r", "order and android and nothing and inside")).rules();
    assertEquals(List.of("r"), Compiling.fired(rules, exec("x")));
  }

  @Test
  void bareValuesMayHoldAlmostAnything() {
    assertTrue(matches("proc.exepath = /usr/bin/a-b+c_1.2", path("/usr/bin/a-b+c_1.2")));
    assertTrue(matches("proc.exepath startswith /usr/[b]in", path("/usr/[b]in/x")));
    assertTrue(matches("proc.exepath contains <>!*", path("a<>!*b")));
    assertTrue(matches("proc.name = and", exec("and")), "a keyword after an operator is a value");
    assertTrue(matches("proc.name in (or, not)", exec("not")));
  }

  @Test
  void quotedValues() {
    assertTrue(matches("proc.name = \"a b\"", exec("a b")));
    assertTrue(matches("proc.name = 'a b'", exec("a b")));
    assertTrue(matches("proc.name = \"a'b\"", exec("a'b")));
    assertTrue(matches("proc.name = \"a\\\"b\"", exec("a\"b")));
    assertTrue(matches("proc.name = 'a\\'b'", exec("a'b")));
    assertTrue(matches("proc.name = \"a\\\\b\\tc\\nd\\/\"", exec("a\\b\tc\nd/")));
    assertTrue(matches("proc.name = \"\"", exec("")));
    assertTrue(matches("proc.name in (\"a, b\", 'c)')", exec("c)")));
  }

  @Test
  void listsNestAndKeepQuotedNamesApart() {
    String lists =
        """
        - list: inner
          items: [a, b]
        - list: outer
          items: [inner, c, 'inner', '"d e"']
        """;
    RuleSet rules = Compiling.compile(lists + item("r", "proc.name in (outer, x)")).rules();
    for (String name : List.of("a", "b", "c", "inner", "d e", "x")) {
      assertEquals(List.of("r"), Compiling.fired(rules, exec(name)), name);
    }
    assertEquals(List.of(), Compiling.fired(rules, exec("outer")));
    RuleSet bare = Compiling.compile(lists + item("r", "proc.name in outer")).rules();
    assertEquals(List.of("r"), Compiling.fired(bare, exec("b")));
    RuleSet quoted = Compiling.compile(lists + item("r", "proc.name in ('outer')")).rules();
    assertEquals(List.of(), Compiling.fired(quoted, exec("b")));
    assertEquals(List.of("r"), Compiling.fired(quoted, exec("outer")));
  }

  @Test
  void emptyListMatchesNothing() {
    assertFalse(matches("proc.name in ()", exec("")));
    String list = "- list: none\n  items: []\n";
    RuleSet rules = Compiling.compile(list + item("r", "proc.name in (none)")).rules();
    assertEquals(List.of(), Compiling.fired(rules, exec("none")));
  }

  @Test
  void listsOfNumbersAndNetworks() {
    String lists =
        """
        - list: ports
          items: [80, 443, 0x1F90]
        - list: private
          items: [10.0.0.0/8, '192.168.0.0/16', "fc00::/7"]
        """;
    RuleSet rules =
        Compiling.compile(lists + item("r", "fd.rport in (ports) and fd.rnet in (private)"))
            .rules();
    assertEquals(List.of("r"), Compiling.fired(rules, connect("x", "10.1.2.3", 8080)));
    assertEquals(List.of("r"), Compiling.fired(rules, connect("x", "fd00::1", 443)));
    assertEquals(List.of(), Compiling.fired(rules, connect("x", "11.1.2.3", 80)));
    assertEquals(List.of(), Compiling.fired(rules, connect("x", "10.1.2.3", 81)));
  }

  @Test
  void laterDefinitionsReplaceEarlierOnesInTheirPlace() {
    String first =
        item("one", "proc.name = a")
            + item("two", "m")
            + "- macro: m\n  condition: proc.name = a\n";
    String second = "- macro: m\n  condition: proc.name = b\n" + item("one", "proc.name = b");
    Compilation compilation = Compiling.compile(first, second);
    assertEquals(List.of("one", "two"), Compiling.fired(compilation.rules(), exec("b")));
    assertEquals(List.of(), Compiling.fired(compilation.rules(), exec("a")));
    assertEquals(
        List.of(
            "b.yaml:1:10: note: this macro replaces an earlier one, 'm'",
            "b.yaml:3:9: note: this rule replaces an earlier one, 'one'"),
        compilation.report().notes().stream()
            .map(Object::toString)
            .filter(note -> note.contains("replaces"))
            .toList());
  }

  @Test
  void rulesAreSwitchedOffAndOn() {
    String rule = item("r", "proc.name = x");
    assertEquals(List.of(), Compiling.compile(rule + "  enabled: false\n").rules().rules());
    Compilation off = Compiling.compile(rule, "- rule: r\n  enabled: false\n");
    assertEquals(List.of(), off.rules().rules());
    assertFalse(off.report().rules().getFirst().enabled());
    Compilation on = Compiling.compile(rule + "  enabled: no\n", "- rule: r\n  enabled: true\n");
    assertEquals(List.of("r"), Compiling.fired(on.rules(), exec("x")));
  }

  @Test
  void filesMayBeEmptyOrHaveAnchorsAndSeveralDocuments() {
    assertEquals(List.of(), Compiling.compile("").rules().rules());
    assertEquals(List.of(), Compiling.compile("# nothing\n").rules().rules());
    String anchors =
        """
        - list: a
          items: &items [x, y]
        ---
        - list: b
          items: &items [z]
        - list: c
          items: *items
        """;
    RuleSet rules = Compiling.compile(anchors + item("r", "proc.name in (a, c)")).rules();
    for (String name : List.of("x", "y", "z")) {
      assertEquals(List.of("r"), Compiling.fired(rules, exec(name)));
    }
  }

  @Test
  void falcosSpellingOfArgumentsByName() {
    SampleEvent exit = SampleEvent.of(EventType.PROCEXIT).with(Fact.EXIT_STATUS, (long) (3 << 8));
    assertTrue(matches("evt.arg[ret] = 3", exit));
    assertTrue(matches("evt.arg.ret = 3 and evt.arg.sig = 0 and evt.arg.status = 768", exit));
    SampleEvent killed = SampleEvent.of(EventType.PROCEXIT).with(Fact.EXIT_STATUS, 9L);
    assertTrue(matches("evt.arg.sig = 9 and evt.arg.ret = 0", killed));
  }

  @Test
  void ruleWithUnknownFieldIsLeftOutWhenItAsksForIt() {
    String lenient =
        item("r", "container.id != host").replace("output: o", "output: '%container.name'")
            + "  skip-if-unknown-filter: true\n";
    Compilation compilation = Compiling.compile(lenient + item("s", "proc.name = x"));
    assertEquals(List.of("s"), compilation.rules().rules().stream().map(Rule::name).toList());
    assertEquals(
        "a.yaml:1:9: note: this rule is left out, as it asks for: the field 'container.id' is not"
            + " known",
        compilation.report().notes().getFirst().toString());
  }

  private static SampleEvent path(String path) {
    return exec("x").with(Fact.PROCESS_EXE_PATH, path);
  }

  @Test
  void ancestorFields() {
    SampleEvent event =
        exec("x").ancestor(Map.of(Fact.PROCESS_NAME, "sh", Fact.PROCESS_ID, 7L)).ancestors("sshd");
    assertTrue(matches("proc.aname[0] = x and proc.aname[1] = sh and proc.aname[2] = sshd", event));
    assertTrue(matches("proc.pname = sh and proc.ppid = 7", event));
    assertTrue(matches("proc.aname = sshd", event));
    assertTrue(matches("proc.aname in (sshd, init)", event));
    assertFalse(matches("proc.aname = x", event), "the process itself is no ancestor");
    assertTrue(matches("proc.aname != sh", event), "one ancestor is not sh");
    assertFalse(matches("not proc.aname = sh", event));
    assertTrue(matches("proc.apid = 7 and proc.apid exists", event));
    assertFalse(matches("proc.apid[2] exists", event), "the grandparent's id is not known");
    assertFalse(matches("proc.aname[3] exists or proc.aname[64] exists", event));
    assertFalse(matches("proc.aname exists", exec("x")));
  }
}
