/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static io.ringward.rules.SampleEvent.connect;
import static io.ringward.rules.SampleEvent.exec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.rules.event.EventType;
import io.ringward.rules.problem.RuleException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventFilterTest {
  private static EventFilter filter(String condition) throws RuleException {
    return EventFilter.compile("--where", condition, List.of(StarterRules.source()));
  }

  private static String problem(String condition) {
    return assertThrows(RuleException.class, () -> filter(condition)).problems().getFirst().line();
  }

  @Test
  void conditionIsThatOfARule() throws RuleException {
    EventFilter filter = filter("evt.type = connect and proc.aname = sshd");
    assertTrue(filter.matches(connect("curl", "192.0.2.1", 1).ancestors("bash", "sshd")));
    assertFalse(filter.matches(connect("curl", "192.0.2.1", 1).ancestors("bash")));
    assertFalse(filter.matches(exec("curl").ancestors("bash", "sshd")));
    assertEquals(Set.of(EventType.CONNECT), filter.eventTypes());
  }

  @Test
  void macrosAndListsOfTheFilesMayBeNamed() throws RuleException {
    EventFilter filter = filter("spawned_process and proc.name in (shell_binaries)");
    assertTrue(filter.matches(exec("dash")));
    assertFalse(filter.matches(exec("ls")));
  }

  @Test
  void everythingPassesWithoutACondition() {
    EventFilter filter = EventFilter.everything();
    assertEquals(EnumSet.allOf(EventType.class), filter.eventTypes());
    for (EventType type : EventType.values()) {
      assertTrue(filter.matches(SampleEvent.of(type)));
    }
  }

  @Test
  void contradictionPassesNothing() throws RuleException {
    EventFilter filter = filter("evt.type = execve and fd.rport = 80");
    assertEquals(Set.of(), filter.eventTypes());
    assertFalse(filter.matches(exec("ls")));
  }

  @Test
  void problemsHaveTheirColumn() {
    assertTrue(problem("proc.name = a and proc.nme = b").startsWith("--where:1:19: "));
    assertTrue(problem("proc.name gob x").startsWith("--where:1:11: "));
    assertTrue(problem("  no_such_macro").startsWith("--where:1:3: "));
    assertTrue(problem("").startsWith("--where:1:1: "));
    assertTrue(problem("proc.pid = ä").startsWith("--where:1:12: "));
    assertTrue(problem("proc.pid = 1 and\n  x.y = 2").startsWith("--where:2:3: "));
  }

  @Test
  void lengthIsBounded() {
    String longest = "proc.name = " + "a".repeat(EventFilter.MOST_CHARACTERS);
    assertTrue(problem(longest).contains("at most 16384"), problem(longest));
  }

  @Test
  void filesThatAreWrongAreToldToo() {
    RuleSource broken = RuleSource.text("broken.yaml", "- macro: x\n  condition: (\n");
    RuleException e =
        assertThrows(
            RuleException.class, () -> EventFilter.compile("--where", "x", List.of(broken)));
    assertTrue(e.getMessage().contains("broken.yaml:2:"), e.getMessage());
  }
}
