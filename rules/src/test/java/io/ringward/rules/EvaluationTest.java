/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static io.ringward.rules.Compiling.matches;
import static io.ringward.rules.SampleEvent.bind;
import static io.ringward.rules.SampleEvent.connect;
import static io.ringward.rules.SampleEvent.exec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Operation;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EvaluationTest {
  private static final Set<EventType> PEERS =
      Set.of(
          EventType.CONNECT,
          EventType.ACCEPT,
          EventType.SEND,
          EventType.DUP,
          EventType.FLOW,
          EventType.DNS);

  @Test
  void absentValuesFailEveryTestAndPassItsNegation() {
    List<String> tests =
        List.of(
            "proc.name = x",
            "proc.name != x",
            "proc.name in (x)",
            "proc.name contains x",
            "proc.name icontains x",
            "proc.name startswith x",
            "proc.name endswith x",
            "proc.name exists",
            "proc.aname = x",
            "proc.aname != x",
            "proc.duration = 1",
            "proc.duration != 1",
            "proc.duration < 1",
            "proc.duration <= 1",
            "proc.duration > 1",
            "proc.duration >= 1",
            "proc.duration in (1, 2)",
            "proc.is_exe_from_memfd = true",
            "proc.is_exe_from_memfd = false",
            "proc.is_exe_from_memfd != true",
            "fd.rip = 1.2.3.4",
            "fd.rip != 1.2.3.4",
            "fd.rip exists",
            "fd.rnet in (1.0.0.0/8)",
            "fd.type = ipv4",
            "fd.type != ipv4",
            "fd.l4proto != tcp");
    for (EventType type : List.of(EventType.EXECVE, EventType.CONNECT)) {
      for (String test : tests) {
        assertFalse(matches(test, SampleEvent.of(type)), test);
        assertTrue(matches("not " + test, SampleEvent.of(type)), "not " + test);
      }
    }
  }

  @Test
  void texts() {
    SampleEvent event = exec("Nginx").with(Fact.PROCESS_ARGUMENTS, "-c /etc/nginx.conf");
    assertTrue(matches("proc.name = Nginx", event));
    assertFalse(matches("proc.name = nginx", event), "case counts");
    assertTrue(matches("proc.name icontains nGI", event));
    assertFalse(matches("proc.name icontains nginx2", event));
    assertTrue(matches("proc.args contains /etc", event));
    assertTrue(matches("proc.args contains ''", event));
    assertTrue(matches("proc.args startswith -c", event));
    assertTrue(matches("proc.args endswith .conf", event));
    assertFalse(matches("proc.args endswith -c", event));
    assertFalse(matches("proc.name != Nginx", event));
    assertTrue(matches("proc.name != nginx", event));
  }

  @Test
  void numbers() {
    SampleEvent event = exec("x").with(Fact.USER_ID, 1000L);
    assertTrue(matches("user.uid = 1000", event));
    assertTrue(matches("user.uid = 0x3e8", event));
    assertTrue(matches("user.uid != 1001", event));
    assertTrue(matches("user.uid < 1001 and user.uid <= 1000", event));
    assertFalse(matches("user.uid < 1000", event));
    assertTrue(matches("user.uid > 999 and user.uid >= 1000", event));
    assertFalse(matches("user.uid > 1000", event));
    assertTrue(matches("user.uid in (1, 1000, 5)", event));
    assertFalse(matches("user.uid in (1, 100, 10000)", event));
  }

  @Test
  void flags() {
    SampleEvent set = exec("x").with(Fact.EXE_UPPER_LAYER, 1L);
    SampleEvent clear = exec("x").with(Fact.EXE_UPPER_LAYER, 0L);
    assertTrue(matches("proc.is_exe_upper_layer = true", set));
    assertFalse(matches("proc.is_exe_upper_layer = true", clear));
    assertTrue(matches("proc.is_exe_upper_layer = false", clear));
    assertTrue(matches("proc.is_exe_upper_layer != true", clear));
    assertTrue(matches("proc.is_exe_upper_layer != false", set));
    assertTrue(matches("proc.is_exe_upper_layer exists", clear));
  }

  @Test
  void addresses() {
    SampleEvent four = connect("x", "192.168.7.9", 443);
    assertTrue(matches("fd.rip = 192.168.7.9 and fd.ip = 192.168.7.9", four));
    assertTrue(matches("fd.sip = ::ffff:192.168.7.9", four), "one address, two spellings");
    assertTrue(matches("fd.rip in (10.0.0.1, 192.168.7.9)", four));
    assertTrue(matches("fd.rip != 192.168.7.8", four));
    assertFalse(matches("fd.rip != 192.168.7.9", four));
    assertFalse(matches("fd.lip exists", four));
    assertTrue(matches("fd.type = ipv4 and fd.typechar = 4 and fd.l4proto = tcp", four));
    assertTrue(matches("fd.net in (\"192.168.0.0/16\")", four));
    assertTrue(matches("fd.rnet = 192.168.7.8/31", four));
    assertFalse(matches("fd.rnet = 192.168.7.10/31", four));
    assertTrue(matches("fd.snet != 10.0.0.0/8", four));
    assertTrue(matches("fd.rnet = 0.0.0.0/0", four));
    SampleEvent six = connect("x", "2001:db8::7:1", 443).with(Fact.PROTOCOL, 17L);
    assertTrue(matches("fd.rip = 2001:0db8:0:0::7:1", six));
    assertTrue(matches("fd.type = ipv6 and fd.typechar = 6 and fd.l4proto = udp", six));
    assertTrue(matches("fd.rnet in (2001:db8::/32)", six));
    assertFalse(matches("fd.rnet in (2001:db9::/32, 0.0.0.0/0)", six), "IPv4 only");
    assertTrue(matches("fd.rnet in (::/0)", six));
  }

  @Test
  void portsAndSides() {
    SampleEvent client = connect("x", "10.0.0.1", 443);
    assertTrue(matches("fd.rport = 443 and fd.sport = 443 and fd.port = 443", client));
    assertFalse(matches("fd.lport exists or fd.lip exists", client));
    SampleEvent server = bind("x", "0.0.0.0", 8080);
    assertTrue(matches("fd.lport = 8080 and fd.sport = 8080 and fd.port = 8080", server));
    assertTrue(matches("fd.lip = 0.0.0.0 and fd.sip = 0.0.0.0 and fd.lnet = 0.0.0.0/8", server));
    assertFalse(matches("fd.rport exists or fd.rip exists or fd.rnet exists", server));
  }

  @Test
  void typesOfEvents() {
    Map<EventType, List<String>> names =
        Map.of(
            EventType.EXECVE, List.of("execve", "execveat"),
            EventType.CLONE, List.of("clone", "clone3", "fork", "vfork"),
            EventType.PROCEXIT, List.of("procexit"),
            EventType.CONNECT, List.of("connect"),
            EventType.BIND, List.of("bind"));
    names.forEach((type, spellings) -> {
      for (String spelling : spellings) {
        for (EventType other : EventType.values()) {
          SampleEvent event = SampleEvent.of(other);
          assertEquals(type == other, matches("evt.type = " + spelling, event));
          assertEquals(type != other, matches("evt.type != " + spelling, event));
          assertEquals(type == other, matches("evt.type in (" + spelling + ")", event));
        }
      }
    });
    assertTrue(matches("evt.type exists", SampleEvent.of(EventType.BIND)));
  }

  @Test
  void eventTypesAreDerivedFromConditions() {
    Map<String, Set<EventType>> expected =
        Map.ofEntries(
            Map.entry("evt.type = connect", Set.of(EventType.CONNECT)),
            Map.entry("evt.type in (connect, bind)", Set.of(EventType.CONNECT, EventType.BIND)),
            Map.entry(
                "evt.type = bind or evt.type = fork and proc.name = x",
                Set.of(EventType.BIND, EventType.CLONE)),
            Map.entry(
                "not evt.type in (execve, clone, procexit)",
                EnumSet.complementOf(
                    EnumSet.of(EventType.EXECVE, EventType.CLONE, EventType.PROCEXIT))),
            Map.entry("fd.rport = 22", PEERS),
            Map.entry("fd.rport = 22 and evt.type in (connect, bind)", Set.of(EventType.CONNECT)),
            Map.entry("evt.type = bind and fd.sport = 22", Set.of(EventType.BIND)),
            Map.entry("not fd.rport = 22", EnumSet.allOf(EventType.class)),
            Map.entry("not fd.rport exists", EnumSet.allOf(EventType.class)),
            Map.entry("proc.name = x", EnumSet.allOf(EventType.class)),
            Map.entry("evt.arg.ret != 0", Set.of(EventType.PROCEXIT)),
            Map.entry("evt.type = bind and evt.type = connect", Set.of()),
            Map.entry("evt.type = bind and not evt.type = bind", Set.of()),
            Map.entry("evt.type = bind and fd.rip exists", Set.of()),
            Map.entry("evt.num = 0", Set.of()),
            Map.entry("not evt.num = 0", EnumSet.allOf(EventType.class)));
    expected.forEach((condition, types) -> {
      Compilation compilation = Compiling.compile(Compiling.item("r", condition));
      Rule rule = compilation.rules().rules().getFirst();
      assertEquals(types, rule.eventTypes(), condition);
      for (EventType type : EventType.values()) {
        assertEquals(types.contains(type) ? 1 : 0, compilation.rules().candidates(type).size());
      }
      long notes = types.isEmpty() || types.size() == EventType.values().length ? 1 : 0;
      assertEquals(notes, compilation.report().notes().size(), condition);
    });
  }

  @Test
  void operationsDefaultToWhatTheRuleLooksAt() {
    Map<String, Set<Operation>> expected =
        Map.ofEntries(
            Map.entry("evt.type = connect", Set.of(Operation.CONNECT)),
            Map.entry("evt.type in (bind, connect)", Set.of(Operation.CONNECT, Operation.BIND)),
            Map.entry("evt.type = fork", Set.of(Operation.FORK)),
            Map.entry("evt.type in (ptrace, pidfd_getfd)", Set.of(Operation.PTRACE)),
            Map.entry("evt.type = process_vm_writev", Set.of(Operation.PTRACE)),
            Map.entry("evt.type = bpf", Set.of(Operation.BPF)),
            Map.entry("evt.type in (mmap, mprotect)", Set.of(Operation.MEMORY_EXEC)),
            Map.entry("evt.type = finit_module", Set.of(Operation.MODULE_LOAD)),
            Map.entry("evt.type in (mount, umount, pivot_root)", Set.of(Operation.MOUNT)),
            Map.entry(
                "evt.type in (setuid, setgid, open)", Set.of(Operation.SETUID, Operation.OPEN)),
            Map.entry("evt.type in (capset, setuid)", Operation.unlessNamed()),
            Map.entry("evt.type = execve", Operation.unlessNamed()),
            Map.entry("proc.name = x", Operation.unlessNamed()));
    expected.forEach((condition, operations) -> {
      String text = Compiling.item("r", condition) + "  action: block\n  for: 1m\n";
      Rule rule = Compiling.compile(text).rules().rules().getFirst();
      assertEquals(operations, rule.action().operations(), condition);
    });
  }

  @Test
  void placementTellsWhy() {
    assertEquals(
        "it does 'alert', and only 'block' is done in the kernel before the operation happens",
        reason("evt.type = connect and fd.rport = 22", ""));
    String block = "  action: block\n  for: 1m\n";
    assertEquals(
        "the kernel refuses connect before it happens, by 1 row of its tables",
        reason("evt.type = connect and fd.rport = 22", block));
    assertEquals(
        "proc.pname needs the process table, which is in the stream job",
        reason("evt.type = connect and fd.rport = 22 and not proc.pname = sshd", block));
    assertEquals(
        "proc.name is only compared with '=' and 'in'",
        reason("evt.type = connect and fd.rport = 22 and proc.name startswith ss", block));
    assertEquals(
        "it does not block connect ('operations' would have to name it)",
        reason("evt.type = connect and fd.rport = 22", block + "  operations: [bind]\n"));
  }

  @Test
  void rulesAboutFilesAreLoweredWhereTheirTestsAllowIt() {
    String block = "  action: block\n  for: 1m\n";
    assertEquals(
        "the kernel refuses open before it happens where it has hooks for that, by 1 row of its tables",
        reason(
            "evt.type = open and evt.is_open_write = true and fd.name startswith /etc/ and not"
                + " proc.name in (vi, apt)",
            block));
    assertEquals(
        "the kernel refuses unlink and rename before it happens where it has hooks for that, by 2 rows"
            + " of its tables",
        reason(
            "(evt.type = unlink and fd.name = /etc/x and proc.exepath = /usr/bin/rm) or"
                + " (evt.type = rename and fs.path.target = /etc/x)",
            block));
    assertEquals(
        "fd.directory is not known to the kernel's tables",
        reason("evt.type = open and fd.directory = /etc", block));
    assertEquals(
        "fd.name is compared with a prefix that is no folder: '/etc/pass' is no prefix of 1 to 16"
            + " folders that ends with '/'",
        reason("evt.type = open and fd.name startswith /etc/pass", block));
    // What nobody is told of, since it does not speak of files, is not refused either.
    String silent = reason("proc.name = x", block + "  operations: [connect, open]\n");
    assertTrue(
        silent.contains("on open in the stream job: its condition does not speak of files"),
        silent);
  }

  private static String reason(String condition, String action) {
    return Compiling.compile(Compiling.item("r", condition) + action)
        .rules()
        .rules()
        .getFirst()
        .placement()
        .reason();
  }

  @Test
  void allMatchingRulesFireInOrder() {
    RuleSet rules =
        Compiling.compile(
                Compiling.item("c", "proc.name = x")
                    + Compiling.item("a", "proc.name != y")
                    + Compiling.item("b", "proc.name = y"))
            .rules();
    assertEquals(List.of("c", "a"), Compiling.fired(rules, exec("x")));
    assertEquals(0, RuleSet.empty().evaluate(exec("x"), (_, _) -> {}));
  }
}
