/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static io.ringward.rules.SampleEvent.bind;
import static io.ringward.rules.SampleEvent.connect;
import static io.ringward.rules.SampleEvent.exec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.Field;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputTest {
  private static String render(String output, SampleEvent event) {
    String text =
        Compiling.item("r", "evt.num exists").replace("output: o", "output: '" + output + "'");
    return Compiling.compile(text).rules().rules().getFirst().output().render(event);
  }

  @Test
  void fieldsAreFilledIn() {
    SampleEvent event =
        connect("curl", "10.1.2.3", 443)
            .with(Fact.USER_ID, 33L)
            .with(Fact.EXE_FROM_MEMFD, 1L)
            .ancestors("sh", "nginx");
    assertEquals(
        "curl(33) 10.1.2.3:443 10.1.2.3 443 tcp ipv4 connect",
        render(
            "%proc.name(%user.uid) %fd.name %fd.rip %fd.rport %fd.l4proto %fd.type %evt.type",
            event));
    assertEquals(
        "sh nginx curl true",
        render("%proc.pname %proc.aname[2] %proc.aname[0] %proc.is_exe_from_memfd", event));
    assertEquals("[2001:db8::1]:53", render("%fd.name", connect("x", "2001:db8::1", 53)));
    assertEquals("0.0.0.0:80", render("%fd.name", bind("x", "0.0.0.0", 80)));
  }

  @Test
  void absentValues() {
    assertEquals(
        "<NA>,<NA>,<NA>,<NA>,<NA>",
        render("%proc.exe,%proc.aname[5],%fd.name,%fd.type,%proc.duration", exec("x")));
    assertEquals("<NA>", render("%fd.lport", connect("x", "10.0.0.1", 1)));
    assertEquals("<NA>", render("%fd.name", SampleEvent.of(EventType.CONNECT)));
    assertEquals("<NA>", render("%evt.time", exec("x")));
  }

  @Test
  void punctuationAroundFields() {
    assertEquals("x. 100% <x>", render("%proc.name. 100%% <%proc.name>", exec("x")));
    assertEquals("xx", render("%proc.name%proc.name", exec("x")));
    assertEquals("x...", render("%proc.name...", exec("x")));
  }

  @Test
  void everyFieldPrintsOnEveryType() {
    for (EventType type : EventType.values()) {
      for (Field field : RuleLanguage.fields()) {
        String argument = field.argument() == Field.Argument.ANCESTOR ? "[1]" : "";
        String text = render("%" + field.label() + argument, SampleEvent.of(type));
        String expected =
            switch (field) {
              case EVT_TYPE -> type.label();
              case EVT_NUM -> "1";
              default -> "<NA>";
            };
        assertEquals(expected, text, field + " on " + type);
      }
    }
  }

  @Test
  void everyFieldHasOperatorsOrIsForOutputs() {
    for (Field field : RuleLanguage.fields()) {
      assertEquals(field.outputOnly(), RuleLanguage.operators(field).isEmpty(), field.label());
      assertTrue(!field.eventTypes().isEmpty() && !field.description().isEmpty());
    }
  }

  @Test
  void times() {
    SampleEvent event = exec("x").with(Fact.EVENT_TIME, 1_000_000_000_123_456_789L);
    assertEquals("2001-09-09T01:46:40.123456789Z", render("%evt.time.iso8601", event));
    assertTrue(render("%evt.time", event).endsWith(":46:40.123456789"));
    assertEquals("1000000000123456789", render("%evt.rawtime", event));
  }

  @Test
  void hostileValuesAreTamed() {
    assertEquals(
        "a\\u001b[31mb\\nc\\r\\t\\u202ed",
        render("%proc.name", exec("a\u001b[31mb\nc\r\t\u202ed")));
    String longText = render("%proc.name", exec("y".repeat(5_000)));
    assertEquals("y".repeat(1_024) + "…", longText);
  }

  @Test
  void exitStatus() {
    SampleEvent event = SampleEvent.of(EventType.PROCEXIT).with(Fact.EXIT_STATUS, 0x0203L);
    assertEquals("2 3 515", render("%evt.arg.ret %evt.arg[sig] %evt.arg.status", event));
  }

  @Test
  void problemsHaveTheirPlaces() {
    String rule = Compiling.item("r", "evt.num exists");
    assertEquals(
        List.of(
            "a.yaml:4:19: unknown field 'proc.nmae', did you mean 'proc.name'?",
            "a.yaml:4:30: 'proc.aname' in an output needs a number in brackets: %proc.aname[2] is"
                + " the grandparent's",
            "a.yaml:4:41: expected the name of a field after '%', such as %proc.name (write %% for"
                + " a percent sign), found ' '",
            "a.yaml:4:44: 'proc.pid' takes no argument in brackets",
            "a.yaml:4:57: 'proc.aname' expects a number of generations in brackets, 0 to 64, found"
                + " '65'",
            "a.yaml:4:72: the transformer 'toupper' is not supported yet"),
        Compiling.lines(
            rule.replace(
                "output: o",
                "output: 'it''s %proc.nmae %proc.aname % %proc.pid[1] %proc.aname[65]"
                    + " %toupper(proc.name)'")));
    assertEquals(
        List.of(
            "a.yaml:4:23: expected ']' after the argument of a field, found the end of the output"),
        Compiling.lines(rule.replace("output: o", "output: \"%proc.aname[2\"")));
  }
}
