/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in deploy/ and our scripts, judged by the programs that will read them. */
final class DeploymentTest {
  private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
  private static final Path PROMETHEUS = TOP.resolve("deploy/prometheus");
  private static final Path DASHBOARD = TOP.resolve("deploy/grafana/ringward.json");

  private record Outcome(int exit, String output) {}

  @Test
  void prometheusTakesTheConfigurationAndItsRules() throws Exception {
    assumeThereIs("promtool", "prometheus");
    expectSuccess(PROMETHEUS, "promtool", "check", "config", "prometheus.yml");
  }

  @Test
  void eachAlertFiresOnWhatItIsForAndIsSilentOnAHealthyHost() throws Exception {
    assumeThereIs("promtool", "prometheus");
    expectSuccess(PROMETHEUS, "promtool", "test", "rules", "ringward.rules.test.yml");
    String rules = Files.readString(PROMETHEUS.resolve("ringward.rules.yml"));
    String tests = Files.readString(PROMETHEUS.resolve("ringward.rules.test.yml"));
    List<String> alerts = matches("alert: (\\w+)", rules);
    assertFalse(alerts.isEmpty());
    for (String alert : alerts) {
      assertTrue(
          tests.contains("alertname: " + alert + "}"), alert + " is never shown to be silent");
      assertTrue(tests.contains("alertname=\"" + alert + "\""), alert + " is never shown to fire");
    }
  }

  @Test
  void alertmanagerTakesTheConfiguration() throws Exception {
    assumeThereIs("amtool", "prometheus-alertmanager");
    expectSuccess(TOP.resolve("deploy/alertmanager"), "amtool", "check-config", "alertmanager.yml");
  }

  @Test
  void theDashboardsQueriesArePromql(@TempDir Path folder) throws Exception {
    assumeThereIs("promtool", "prometheus");
    List<String> queries = dashboardQueries();
    assertFalse(queries.isEmpty());
    var rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
    for (int i = 0; i < queries.size(); i++) {
      String plain = queries.get(i).replace("$__rate_interval", "5m").replace("$instance", ".*");
      rules.append("      - record: q%d\n        expr: '%s'\n".formatted(i, plain));
    }
    Path file = Files.writeString(folder.resolve("dashboard.rules.yml"), rules);
    expectSuccess(folder, "promtool", "check", "rules", file.toString());
  }

  @Test
  void onlyMetricsThatTheAgentHasAreAskedFor() throws IOException {
    var asked = new TreeSet<String>();
    for (Path file : List.of(PROMETHEUS.resolve("ringward.rules.yml"), DASHBOARD)) {
      asked.addAll(matches("\\b(ringward_[a-z_0-9]+)", Files.readString(file)));
    }
    String sources = agentSources();
    for (String metric : asked) {
      String family = metric.replaceAll("_(bucket|sum|count)$", "");
      // simpleclient's counters may be declared with or without their suffix.
      assertTrue(
          sources.contains('"' + family + '"')
              || sources.contains('"' + family.replaceAll("_total$", "") + '"'),
          metric + " is asked for in deploy/, and the agent has no such metric");
    }
  }

  @Test
  void systemdTakesTheUnit(@TempDir Path folder) throws Exception {
    assumeThereIs("systemd-analyze", "systemd");
    String unit = Files.readString(TOP.resolve("deploy/systemd/ringward.service"));
    assertTrue(unit.contains("ExecStart=/opt/ringward/ringward up "), unit);
    Path file =
        Files.writeString(
            folder.resolve("ringward.service"),
            unit.replace("/opt/ringward/ringward", TOP.resolve("ringward").toString()));
    Outcome outcome = run(folder, "systemd-analyze", "verify", file.toString());
    assertEquals(new Outcome(0, ""), outcome);
  }

  @Test
  void scriptsAreCleanToShellcheck() throws Exception {
    assumeThereIs("shellcheck", "shellcheck");
    List<String> scripts = scripts();
    assertTrue(scripts.contains("ringward"), scripts.toString());
    var command = new ArrayList<>(List.of("shellcheck", "-x"));
    command.addAll(scripts);
    expectSuccess(TOP, command.toArray(String[]::new));
  }

  /** Every file of the source tree that starts as a shell script does. */
  private static List<String> scripts() throws IOException {
    var scripts = new ArrayList<String>();
    Files.walkFileTree(
        TOP,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean ours = !name.equals("target") && !name.equals("src") && !name.equals(".git");
            return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            try (InputStream content = Files.newInputStream(file)) {
              String start = new String(content.readNBytes(32), ISO_8859_1);
              if (start.matches("(?s)#!/bin/(ba)?sh\\b.*")) {
                scripts.add(TOP.relativize(file).toString());
              }
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return scripts;
  }

  @Test
  void anInstalledLauncherRunsTheJarsBesideItAndBuildsNothing(@TempDir Path installed)
      throws Exception {
    Path jars = TOP.resolve("agent/target/ringward/lib");
    assumeTrue(Files.isDirectory(jars), jars + " is missing: run this with mvn verify");
    Files.copy(TOP.resolve("ringward"), installed.resolve("ringward"));
    Files.createSymbolicLink(installed.resolve("lib"), jars);
    String agent = "ringward-agent-";
    try (Stream<Path> files = Files.list(jars)) {
      String jar =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.startsWith(agent))
              .findFirst()
              .orElseThrow();
      String version = jar.substring(agent.length(), jar.length() - ".jar".length());
      assertEquals(
          new Outcome(0, "ringward " + version), run(installed, "bash", "ringward", "version"));
    }
    Outcome build = run(installed, "bash", "ringward", "build");
    assertEquals(1, build.exit());
    assertTrue(build.output().contains("build is for a source tree"), build.output());
    try (Stream<Path> files = Files.list(installed)) {
      assertEquals(2, files.count(), "it wrote beside itself");
    }
    Files.delete(installed.resolve("lib"));
  }

  private static List<String> dashboardQueries() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
    var queries = new ArrayList<String>();
    for (JsonNode panel : dashboard.get("panels")) {
      panel.get("targets").forEach(target -> queries.add(target.get("expr").asText()));
    }
    return queries;
  }

  private static String agentSources() throws IOException {
    var text = new StringBuilder();
    try (Stream<Path> files = Files.walk(TOP.resolve("agent/src/main/java"))) {
      for (Path file : files.filter(name -> name.toString().endsWith(".java")).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  private static List<String> matches(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1)).toList();
  }

  private static void assumeThereIs(String program, String debianPackage) {
    assumeTrue(
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))),
        program + " is missing (apt-get install " + debianPackage + ")");
  }

  private static void expectSuccess(Path directory, String... command) throws Exception {
    Outcome outcome = run(directory, command);
    assertEquals(0, outcome.exit(), outcome.output());
  }

  private static Outcome run(Path directory, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), output.strip());
  }
}
