/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringward.agent.control.ControlServer;
import io.ringward.agent.control.RecordingService;
import io.ringward.agent.text.Style;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line in this JVM: parsing, messages, exit codes, and the help texts word by word. */
final class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "up",
        "doctor",
        "demo",
        "events",
        "top",
        "verdicts",
        "verdicts list",
        "verdicts add",
        "verdicts release",
        "verdicts feedback",
        "incidents",
        "incidents test",
        "record",
        "replay",
        "rules",
        "rules check",
        "rules list",
        "rules list-fields",
        "rules reload",
        "rules rearm",
        "pins",
        "test",
        "version"
      })
  void helpTextsAreAsKept(String command) throws Exception {
    assertEquals(0, run((command + " --help").strip().split(" ")));
    Path kept =
        Path.of("src/test/resources/io/ringward/agent/cli")
            .resolve((command.isEmpty() ? "ringward" : command.replace(' ', '-')) + ".help.txt");
    if (Boolean.getBoolean("ringward.keep.help")) {
      Files.createDirectories(kept.getParent());
      Files.writeString(kept, out.toString());
    }
    assertEquals(
        Files.readString(kept),
        out.toString(),
        "the help changed: look at it, then run with -Dringward.keep.help=true to keep it");
    assertTrue(out.toString().contains("Exit codes:"), "every command says how it ends");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "verdicst | Did you mean 'verdicts'?",
        "verdicts lits | Did you mean 'list'?",
        "up --mod enforce | Did you mean '--mode'?",
        "up --mode loud | --mode: 'loud' is not one of shadow, enforce",
        "up --metrics-address 1.2.3.4 | --metrics-address: '1.2.3.4' is not ADDRESS:PORT",
        "up --for soon | --for: 'soon' is not a duration",
        "up --activity-ring 3MiB | a ring is a power of two",
        "verdicts add --action block | --process=PID|KEY",
        "verdicts add --process 4 | Missing required option: '--action=ACTION'",
        "verdicts add --process 4 --action throttle | a throttle needs a --rate",
        "verdicts add --process 4 --action block --rate 1/s | only a throttle has a --rate",
        "verdicts add --process 4 --action throttle --operations send --rate 1 | --rate: '1' is not",
        "verdicts add --process 4 --action throttle --operations send,cpu | use a verdict for each",
        "verdicts add --process 4 --action stun | --action: there is no 'stun'",
        "verdicts add --process 4 --action block --operations chmod | there is no 'chmod'",
        "verdicts release | ID | --all",
        "verdicts release 1 --all | mutually exclusive",
        "top --sort name | expected one of [SCORE, EVENTS, WAIT, CPU]",
        "events --count 0 | --count: at least 1",
        "events --for soon | --for: 'soon' is not a duration"
      })
  void misuseIsExplainedInAFewLines(String line) {
    String[] parts = line.split(" \\| ", 2);
    assertEquals(ExitCode.USAGE, run(parts[0].strip().split(" ")), err::toString);
    assertTrue(err.toString().contains(parts[1]), err::toString);
    assertTrue(err.toString().lines().count() <= 3, err::toString);
    assertTrue(err.toString().contains("--help' shows what there is"), err::toString);
    assertEquals("", out.toString());
  }

  @Test
  void withoutACommandTheHelpIsShown() {
    assertEquals(ExitCode.USAGE, run());
    assertTrue(err.toString().contains("Commands:"));
    assertEquals(ExitCode.USAGE, run("rules"));
  }

  @Test
  void withoutAnAgentItIsSaidSo(@TempDir Path folder) {
    assertEquals(
        ExitCode.NO_AGENT, run("verdicts", "list", "--runtime-directory", folder.toString()));
    assertTrue(err.toString().contains("start one with 'ringward up'"), err::toString);
    assertEquals(
        ExitCode.NO_AGENT, run("rules", "reload", "--runtime-directory", folder.toString()));
  }

  @Test
  void verdictsGoToTheAgentAndBack(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
    RecordingService service = new RecordingService();
    String directory = folder.resolve("run").toString();
    try (ControlServer server =
        new ControlServer(Path.of(directory), service, Duration.ofSeconds(60))) {
      assertTrue(Files.exists(server.socket()));
      assertEquals(0, agent(directory, "verdicts", "list"));
      assertEquals("No verdict is in force.\n", taken());
      assertEquals(
          0,
          agent(
              directory,
              "verdicts",
              "add",
              "--process",
              "7",
              "--action",
              "throttle",
              "--operations",
              "connect,bind",
              "--rate",
              "10/s",
              "--for",
              "1m",
              "--reason",
              "why"));
      assertTrue(taken().contains("undo it with: ringward verdicts release abc"));
      assertTrue(
          service.calls.contains(
              "VerdictRequest[process=7, cgroup=, action=throttle, operations=[connect, bind],"
                  + " rate=10/s, durationNanos=60000000000, reason=why, persist=false]"),
          service.calls::toString);
      assertEquals(0, agent(directory, "verdicts", "list"));
      assertEquals(
          """
          ID   SUBJECT      NAME  ACTION                  OPERATIONS  AGE  EXPIRES IN  HITS                 SOURCE    REASON
          abc  process 7@9  scan  throttle 10/s (shadow)  connect     1ns  2ns         9223372036854775807  operator  because "ä"\\n
          """,
          taken());
      assertEquals(0, agent(directory, "verdicts", "list", "--json"));
      JsonNode row = new ObjectMapper().readTree(taken());
      assertEquals("abc", row.get("id").asText());
      assertEquals(2, row.get("expires_in_nanos").asInt());
      assertEquals(
          ExitCode.FAILED,
          agent(directory, "verdicts", "add", "--process", "1", "--action", "kill"));
      assertTrue(err.toString().contains("init is protected"));
      assertEquals(0, agent(directory, "verdicts", "release", "abc"));
      assertTrue(taken().startsWith("Released abc: throttle of process 7@9"));
      assertEquals(ExitCode.FAILED, agent(directory, "verdicts", "release", "abc"));
      assertEquals(0, agent(directory, "verdicts", "release", "--all"));
      assertEquals("No verdict was in force.\n", taken());
      assertEquals(0, agent(directory, "rules", "reload"));
      assertEquals("4 rules in force\n", taken());
    }
  }

  @Test
  void eventsAreShownInColumnsOrAsJson(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
    RecordingService service = new RecordingService();
    String directory = folder.resolve("run").toString();
    try (ControlServer server =
        new ControlServer(Path.of(directory), service, Duration.ofSeconds(60))) {
      assertTrue(Files.exists(server.socket()));
      assertEquals(0, agent(directory, "events", "--count", "3", "--where", "proc.pid = 1"));
      List<String> lines = taken().lines().toList();
      assertEquals(4, lines.size(), this::taken);
      assertTrue(lines.getFirst().matches("TIME +EVENT +PID +UID +PROCESS +WHAT"), this::taken);
      assertTrue(
          lines
              .get(3)
              .endsWith(
                  "connect         3      0  cu\\x1brl         192.0.2.1:443 tcp  blocked"
                      + "  < bash < sshd"),
          this::taken);
      assertTrue(err.toString().contains("… 120 events not shown"), err::toString);
      assertTrue(service.calls.contains("events proc.pid = 1"), service.calls::toString);
      assertEquals(0, agent(directory, "events", "--count", "1", "--json"));
      JsonNode row = new ObjectMapper().readTree(taken());
      assertEquals("cu\u001brl", row.get("name").asText());
      assertEquals("18446744073709551615", row.get("cgroup_id").asText());
      assertEquals(ExitCode.USAGE, agent(directory, "events", "--where", "wrong"));
      assertTrue(err.toString().contains("condition:1:1: it is wrong"), err::toString);
      assertEquals(0, agent(directory, "events", "--for", "1ms"));
    }
    assertEquals(ExitCode.NO_AGENT, agent(directory, "events"));
    assertTrue(err.toString().contains("start one with 'ringward up'"), err::toString);
  }

  @Test
  void topIsOnePageWhereThereIsNoTerminal(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
    String directory = folder.resolve("run").toString();
    try (ControlServer server =
        new ControlServer(Path.of(directory), new RecordingService(), Duration.ofSeconds(60))) {
      assertTrue(Files.exists(server.socket()));
      assertEquals(0, agent(directory, "top"));
      assertEquals(
          """
          ringward top  mode shadow, up 5ns, 4 rules, 1 verdicts in force, last beat 7ns ago

          VERDICT  ON           NAME  ACTION                  HITS                 EXPIRES IN  BY
          abc      process 7@9  scan  throttle 10/s (shadow)  9223372036854775807  2ns         operator

          SCORE  EVENTS/s  WAIT ms/s  CPU   FAULTS/s  DISK MB/s  RECLAIM ms/s  ACTIVE  CGROUP
          0.97   903       20.0       1.50  4000      2.5        12.5          2       /loud  [throttle]
          0.10   1         0.5        0.01  120       0.0        0.0           1       /quiet

          SCORE  EVENTS/s  WAIT ms/s  CPU   PID  NAME      MODEL            FOUND
          0.10   4         12.3       0.50  9    sc\\x1ban  learning 40/256    [block]
          0.97   3         12.3       0.50  8    sc\\x1ban  odd              port-scan
          0.20   900       12.3       0.50  7    sc\\x1ban  learning 40/256
          """,
          taken());
      assertEquals(0, agent(directory, "top", "--once", "--sort", "events"));
      assertTrue(taken().indexOf("900  ") < taken().indexOf("0.97   3"), this::taken);
      assertEquals(0, agent(directory, "top", "--json"));
      JsonNode page = new ObjectMapper().readTree(taken());
      assertEquals(9, page.at("/processes/0/pid").asInt());
      assertEquals(12.25, page.at("/processes/0/wait_millis_per_second").asDouble());
      assertEquals("/loud", page.at("/cgroups/0/cgroup").asText());
      assertEquals("abc", page.at("/verdicts/0/id").asText());
    }
    assertEquals(ExitCode.NO_AGENT, agent(directory, "top"));
  }

  @Test
  void linesAreCutWithoutTheirColours() {
    assertEquals("\u001b[31mab\u001b[0m", TopCommand.cut("\u001b[31mabc\u001b[0m", 2));
    assertEquals("a𝄞", TopCommand.cut("a𝄞c", 2));
  }

  @Test
  void rulesAreCheckedWithoutAnAgent(@TempDir Path folder) throws Exception {
    assertEquals(0, run("rules", "check"));
    assertTrue(taken().contains("rules in force, no problems."));
    Path bad = Files.writeString(folder.resolve("bad.yaml"), "- rule: X\n  conditoin: a\n");
    assertEquals(ExitCode.FAILED, run("rules", "check", bad.toString()));
    assertTrue(err.toString().contains(bad + ":2:3: "), err::toString);
    assertEquals(0, run("rules", "list-fields"));
    assertTrue(taken().contains("proc.aname[N]"));
  }

  @Test
  void testsAreTheLaunchersAffair() {
    assertEquals(ExitCode.USAGE, run("test", "--kernels"));
    assertTrue(err.toString().contains("./ringward test --kernels"), err::toString);
  }

  @Test
  void versionIsTheBuildsOwn() {
    assertEquals(0, run("version"));
    assertTrue(taken().matches("ringward \\d+\\.\\d+\\.\\d+\\S* \\(Java .*, Linux .*\\)\n"));
  }

  private int agent(String directory, String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.add("--runtime-directory");
    all.add(directory);
    return run(all.toArray(String[]::new));
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Screen screen =
        new Screen(
            new PrintWriter(out, true), new PrintWriter(err, true), Style.PLAIN, Style.PLAIN);
    int code =
        Ringward.commandLine(screen)
            .execute(Arrays.stream(arguments).filter(a -> !a.isEmpty()).toArray(String[]::new));
    assertFalse((out + "" + err).contains("\tat "), "no stack traces: " + err);
    return code;
  }

  private String taken() {
    return out.toString();
  }
}
