/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.loader.PerformanceSensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationFileTest {
  private static final Path BASE = Path.of("/etc/ringward");

  @Test
  void readsEverySetting() throws ConfigurationException {
    AgentConfiguration read =
        AgentConfiguration.of(
            parse(
                """
                mode: enforce
                state_directory: /srv/state
                runtime_directory: ../../run/other
                log_level: debug
                rules:
                  files: [mine.yaml, /opt/theirs.yaml]
                  starter: false
                metrics:
                  address: "[::1]:9000"
                  cgroups: 7
                incidents:
                  file: incidents.jsonl
                kernel:
                  activity_ring: 1MiB
                  lifecycle_ring: 512KiB
                  events_per_second_per_process: 50
                protect:
                  programs:
                    - /usr/bin/postgres
                sensors:
                  without: [page_faults, softirqs]
                """));
    assertEquals(Mode.ENFORCE, read.mode());
    assertEquals(Path.of("/srv/state"), read.stateDirectory());
    assertEquals(Path.of("/run/other"), read.runtimeDirectory());
    assertEquals(LogLevel.DEBUG, read.logLevel());
    assertEquals(
        List.of(Path.of("/etc/ringward/mine.yaml"), Path.of("/opt/theirs.yaml")), read.ruleFiles());
    assertEquals(false, read.starterRules());
    assertEquals("[0:0:0:0:0:0:0:1]:9000", SocketAddressText.of(read.metricsAddress()));
    assertEquals(7, read.controlGroupSeries());
    assertEquals(
        Optional.of(Path.of("/etc/ringward/incidents.jsonl")), read.outlets().file().path());
    assertEquals(1 << 20, read.activityRingBytes());
    assertEquals(512 << 10, read.lifecycleRingBytes());
    assertEquals(50, read.eventsPerSecondPerProcess());
    assertEquals(List.of(Path.of("/usr/bin/postgres")), read.protectedPrograms());
    assertEquals(
        List.of(PerformanceSensor.PAGE_FAULTS, PerformanceSensor.SOFTIRQS), read.withoutSensors());
  }

  @Test
  void emptyFileAndCommentsAloneMeanTheDefaults() throws ConfigurationException {
    AgentConfiguration read = AgentConfiguration.of(parse("# nothing\n"));
    assertEquals(Mode.SHADOW, read.mode());
    assertEquals(Path.of("/var/lib/ringward"), read.stateDirectory());
    assertEquals("127.0.0.1:9465", SocketAddressText.of(read.metricsAddress()));
    assertTrue(read.starterRules());
  }

  @Test
  void saysAllThatIsWrongAtOnceWithPositions() {
    assertEquals(
        List.of(
            "ringward.yaml:1:1: there is no setting 'mod': did you mean 'mode'?",
            "ringward.yaml:2:12: 'log_level': 'loud' is not one of error, warning, info, debug",
            "ringward.yaml:4:10: 'rules.files' is a list, as in [/etc/ringward/rules.yaml], found"
                + " 'one.yaml'",
            "ringward.yaml:5:12: 'rules.starter': 'yes' is neither true nor false",
            "ringward.yaml:7:12: 'metrics.address': 'example.org' is not an IP address (names are"
                + " not looked up)",
            "ringward.yaml:8:12: 'metrics.cgroups': 5000 is out of bounds: expected 0 to 500",
            "ringward.yaml:10:18: 'kernel.activity_ring': a ring is a power of two from 64KiB to"
                + " 256MiB, and '3MiB' is not",
            "ringward.yaml:11:3: there is no setting 'kernel.zzzzzzzzzzzzzz': expected one of"
                + " activity_ring, cgroup, events_per_second_per_process, lifecycle_ring",
            "ringward.yaml:12:1: there is no setting 'address': did you mean 'metrics.address'?",
            "ringward.yaml:13:10: 'protect' is a section with keys of its own, found a list",
            "ringward.yaml:14:19: 'incidents.file' takes one value, as in"
                + " /var/log/ringward/incidents.jsonl, found a section",
            "ringward.yaml:15:17: 'state_directory' takes one value, as in /var/lib/ringward,"
                + " found nothing",
            "ringward.yaml:16:1: 'log_level' is set twice"),
        problems(
            """
            mod: enforce
            log_level: loud
            rules:
              files: one.yaml
              starter: yes
            metrics:
              address: example.org:80
              cgroups: 5000
            kernel:
              activity_ring: 3MiB
              zzzzzzzzzzzzzz: 1
            address: 127.0.0.1:1
            protect: [a]
            incidents: {file: {a: b}}
            state_directory:
            log_level: info
            """));
  }

  @Test
  void brokenYamlIsSaidWithItsPosition() {
    List<String> problems = problems("mode: shadow\nrules: [\n");
    assertEquals(1, problems.size());
    assertTrue(
        problems.getFirst().startsWith("ringward.yaml:3:1: this is not YAML: "),
        problems::toString);
  }

  @Test
  void listElementsHavePositionsOfTheirOwn() {
    assertEquals(
        List.of(
            "ringward.yaml:2:16: 'protect.programs': 'sshd' is not an absolute path",
            "ringward.yaml:2:22: 'protect.programs' takes one value, as in /usr/bin/containerd,"
                + " found a list"),
        problems("protect:\n    programs: [sshd, [], /a]\n"));
  }

  @Test
  void recursiveAliasesAndForeignDocumentsAreRefused() {
    assertEquals(
        List.of("ringward.yaml:1:8: 'rules' is a section with keys of its own, found a list"),
        problems("rules: &a [*a]\n"));
    assertEquals(1, problems("mode: shadow\n---\nmode: enforce\n").size());
    assertEquals(
        List.of("ringward.yaml:1:1: the file is to hold 'key: value' lines, found 'shadow'"),
        problems("shadow"));
  }

  @Test
  void filesThatCannotBeReadAreSaid(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("missing.yaml");
    assertEquals(
        missing + ":1:1: there is no such file",
        assertThrows(ConfigurationException.class, () -> ConfigurationFile.read(missing))
            .getMessage());
    Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, 1});
    assertEquals(
        binary + ":1:1: is not UTF-8 text",
        assertThrows(ConfigurationException.class, () -> ConfigurationFile.read(binary))
            .getMessage());
  }

  @Test
  void flagsLieOverTheFile() throws ConfigurationException {
    Settings file = parse("mode: shadow\nlog_level: error\n");
    Settings flags = new Settings.Builder().set(SettingTable.MODE, Mode.ENFORCE).build();
    AgentConfiguration merged = AgentConfiguration.of(flags.over(file));
    assertEquals(Mode.ENFORCE, merged.mode());
    assertEquals(LogLevel.ERROR, merged.logLevel());
  }

  @Test
  void everyExampleIsAValue() {
    for (Setting<?> setting : SettingTable.ALL) {
      setting.parser().parse(setting.example(), BASE);
    }
  }

  private static Settings parse(String text) throws ConfigurationException {
    return ConfigurationFile.parse("ringward.yaml", text, BASE);
  }

  private static List<String> problems(String text) {
    return assertThrows(ConfigurationException.class, () -> parse(text)).problems().stream()
        .map(ConfigurationProblem::toString)
        .toList();
  }
}
