/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import static io.ringward.rules.SampleEvent.bind;
import static io.ringward.rules.SampleEvent.connect;
import static io.ringward.rules.SampleEvent.exec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Operation;
import io.ringward.kernel.TokenRate;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.problem.RuleException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StarterRulesTest {
  private static final String MEMORY = "Program run from memory";
  private static final String SERVICE_SHELL = "Shell started by a network service";
  private static final String TEMPORARY = "Program in a temporary folder connects out";
  private static final String SHELL_CONNECTS = "Shell connects to the network";

  private static Compilation compilation;

  @BeforeAll
  static void compile() throws RuleException {
    compilation = RuleCompiler.compile(List.of(StarterRules.source()));
  }

  private static List<String> fired(SampleEvent event) {
    return Compiling.fired(compilation.rules(), event);
  }

  @Test
  void programRunFromMemory() {
    SampleEvent loader = exec("x").with(Fact.EXE_FROM_MEMFD, 1L).ancestors("python3", "sshd");
    assertEquals(List.of(MEMORY), fired(loader));
    SampleEvent fromDisk = exec("x").with(Fact.EXE_FROM_MEMFD, 0L).ancestors("python3");
    assertEquals(List.of(), fired(fromDisk));
    SampleEvent runtime = exec("6").with(Fact.EXE_FROM_MEMFD, 1L).ancestors("containerd-shim");
    assertEquals(List.of(), fired(runtime));
    SampleEvent unknown = exec("x").ancestors("python3");
    assertEquals(List.of(), fired(unknown), "nothing is known of the file");
    SampleEvent orphan = exec("x").with(Fact.EXE_FROM_MEMFD, 1L);
    assertEquals(List.of(MEMORY), fired(orphan), "an unknown parent excuses nothing");
  }

  @Test
  void shellStartedByNetworkService() {
    assertEquals(List.of(SERVICE_SHELL), fired(exec("sh").ancestors("nginx", "systemd")));
    assertEquals(List.of(SERVICE_SHELL), fired(exec("bash").ancestors("postgres")));
    assertEquals(List.of(), fired(exec("sh").ancestors("sshd", "systemd")));
    assertEquals(List.of(), fired(exec("nginx").ancestors("nginx")));
    assertEquals(List.of(), fired(exec("sh").ancestors("make", "nginx")), "only a direct child");
    assertEquals(List.of(), fired(exec("sh")));
  }

  @Test
  void temporaryProgramConnectsOut() {
    for (String folder : List.of("/tmp/", "/var/tmp/", "/dev/shm/")) {
      SampleEvent event =
          connect("x", "203.0.113.9", 443).with(Fact.PROCESS_EXE_PATH, folder + "x");
      assertEquals(List.of(TEMPORARY), fired(event));
    }
    SampleEvent ipv6 = connect("x", "2001:db8::1", 443).with(Fact.PROCESS_EXE_PATH, "/tmp/x");
    assertEquals(List.of(TEMPORARY), fired(ipv6));
    SampleEvent local = connect("x", "127.0.0.1", 80).with(Fact.PROCESS_EXE_PATH, "/tmp/x");
    assertEquals(List.of(), fired(local));
    SampleEvent installed =
        connect("x", "203.0.113.9", 443).with(Fact.PROCESS_EXE_PATH, "/usr/bin/x");
    assertEquals(List.of(), fired(installed));
    SampleEvent neighbour =
        connect("x", "203.0.113.9", 443).with(Fact.PROCESS_EXE_PATH, "/tmpfoo/x");
    assertEquals(List.of(), fired(neighbour));
    SampleEvent server = bind("x", "0.0.0.0", 443).with(Fact.PROCESS_EXE_PATH, "/tmp/x");
    assertEquals(List.of(), fired(server));
  }

  @Test
  void shellConnectsToTheNetwork() {
    assertEquals(List.of(SHELL_CONNECTS), fired(connect("bash", "198.51.100.7", 4444)));
    assertEquals(List.of(SHELL_CONNECTS), fired(connect("sh", "2001:db8::7", 4444)));
    assertEquals(List.of(), fired(connect("bash", "127.0.0.1", 5432)));
    assertEquals(List.of(), fired(connect("bash", "::1", 5432)));
    assertEquals(List.of(), fired(connect("curl", "198.51.100.7", 443)));
    assertEquals(List.of(), fired(connect("busybox", "198.51.100.7", 443)), "it may be wget");
    SampleEvent datagrams = connect("bash", "198.51.100.7", 53).with(Fact.PROTOCOL, 17L);
    assertEquals(List.of(), fired(datagrams));
  }

  @Test
  void severalRulesFireForOneEvent() {
    SampleEvent event = connect("bash", "198.51.100.7", 1).with(Fact.PROCESS_EXE_PATH, "/tmp/bash");
    assertEquals(List.of(TEMPORARY, SHELL_CONNECTS), fired(event));
    SampleEvent memory = exec("sh").with(Fact.EXE_FROM_MEMFD, 1L).ancestors("nginx");
    assertEquals(List.of(MEMORY, SERVICE_SHELL), fired(memory));
  }

  @Test
  void quietTypesOfEvents() {
    for (EventType type : List.of(EventType.CLONE, EventType.PROCEXIT, EventType.BIND)) {
      assertEquals(List.of(), compilation.rules().candidates(type), type.toString());
    }
  }

  @Test
  void everyRuleNamesATacticAndATechnique() {
    assertEquals(4, compilation.rules().rules().size());
    for (Rule rule : compilation.rules().rules()) {
      assertTrue(rule.tags().stream().anyMatch(tag -> tag.startsWith("mitre_")), rule.name());
      assertTrue(
          rule.tags().stream().anyMatch(tag -> tag.matches("T[0-9]{4}(\\.[0-9]{3})?")),
          rule.name());
    }
    assertEquals(List.of(), compilation.report().notes());
  }

  @Test
  void actionsAreConservative() {
    Map<String, RuleAction> expected =
        Map.of(
            MEMORY,
            new RuleAction.Alert(),
            SERVICE_SHELL,
            new RuleAction.Alert(),
            TEMPORARY,
            new RuleAction.Throttle(
                Duration.ofMinutes(10), Set.of(Operation.CONNECT), new TokenRate(1, 1)),
            SHELL_CONNECTS,
            new RuleAction.Block(Duration.ofMinutes(5), Set.of(Operation.CONNECT)));
    for (Rule rule : compilation.rules().rules()) {
      assertEquals(expected.get(rule.name()), rule.action(), rule.name());
    }
  }

  @Test
  void userListsCanBeReplaced() throws RuleException {
    RuleSource own =
        RuleSource.text(
            "own.yaml",
            """
            - macro: user_known_service_shell
              condition: proc.cmdline startswith "sh -c /usr/local/bin/rotate"
            """);
    Compilation changed = RuleCompiler.compile(List.of(StarterRules.source(), own));
    SampleEvent rotation =
        exec("sh")
            .with(Fact.PROCESS_COMMAND_LINE, "sh -c /usr/local/bin/rotate nginx")
            .ancestors("nginx");
    assertEquals(List.of(SERVICE_SHELL), fired(rotation));
    assertEquals(List.of(), Compiling.fired(changed.rules(), rotation));
    assertEquals(1, changed.report().notes().size());
  }

  @Test
  void theFileCanBeShown() throws IOException {
    try (InputStream in = StarterRules.open()) {
      assertTrue(new String(in.readAllBytes(), StandardCharsets.UTF_8).contains(MEMORY));
    }
  }
}
