/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringward.agent.config.Mode;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms in which incidents leave: Falco's, bounded, redacted; and the file they end in. */
final class FormsTest {
  private static final ObjectMapper READER = new ObjectMapper();
  private static final IncidentFormat FALCO =
      new FalcoJson(Mode.ENFORCE, Samples.CLOCK, id -> "/a.slice", "web-1");
  private static final IncidentFormat JSON =
      new IncidentJson(Mode.ENFORCE, Samples.CLOCK, id -> "/a.slice", "web-1");

  private static Incident with(Incident incident, String summary, List<String> arguments) {
    Finding finding = incident.finding();
    ProcessInfo process = finding.process();
    ProcessInfo changed =
        new ProcessInfo(
            process.key(),
            process.parent(),
            process.uid(),
            process.cgroupId(),
            process.executable(),
            process.execFlags(),
            process.comm(),
            process.path(),
            arguments);
    return new Incident(
        incident.id(),
        incident.firstNanos(),
        incident.lastNanos(),
        incident.count(),
        new Finding(
            finding.source(),
            finding.detector(),
            finding.priority(),
            finding.kernelTimeNanos(),
            changed,
            Collections.nCopies(40, changed),
            summary,
            finding.score(),
            finding.drivers(),
            finding.proposal(),
            finding.tags()),
        incident.verdict(),
        incident.outcome());
  }

  /** The fields that falcosidekick decodes, of the types that it decodes them to. */
  @Test
  void falcosFormHasWhatFalcosidekickReads() throws Exception {
    byte[] line = FALCO.line(Samples.incident("f-1", 3, "throttle for 5 min"));
    assertEquals('\n', line[line.length - 1]);
    JsonNode alert = READER.readTree(line);
    assertEquals("burst", alert.path("rule").textValue());
    assertEquals("Warning", alert.path("priority").textValue());
    assertEquals("ringward", alert.path("source").textValue());
    assertEquals("web-1", alert.path("hostname").textValue());
    assertEquals("T1046", alert.path("tags").path(0).textValue());
    Instant time = Instant.parse(alert.path("time").textValue());
    String output = alert.path("output").textValue();
    assertTrue(
        output.matches(
            "\\d\\d:\\d\\d:\\d\\d\\.\\d{9}: Warning connect scan \"fast\" \\(throttle for 5 min\\)"),
        output);
    JsonNode fields = alert.path("output_fields");
    assertEquals(time.getEpochSecond(), fields.path("evt.time").longValue() / 1_000_000_000L);
    assertEquals("scan", fields.path("proc.name").textValue());
    assertEquals(4711, fields.path("proc.pid").intValue());
    assertEquals("bash", fields.path("proc.pname").textValue());
    assertEquals("throttle", fields.path("ringward.action").textValue());
    assertEquals(3, fields.path("ringward.count").intValue());
    for (JsonNode value : fields) {
      assertTrue(value.isTextual() || value.isNumber(), "flat: " + value);
    }
  }

  @Test
  void theEndOfAnIncidentIsToldInOurFormOnly() throws Exception {
    Incident open = Samples.incident("o-1", 3, "");
    Incident over =
        new Incident(
            open.id(),
            open.firstNanos(),
            open.lastNanos(),
            open.count(),
            open.finding(),
            open.verdict(),
            open.outcome(),
            true);
    assertFalse(FALCO.tells(over));
    assertEquals("over", READER.readTree(JSON.line(over)).path("state").textValue());
    assertEquals("open", READER.readTree(JSON.line(open)).path("state").textValue());
  }

  @Test
  void linesAreBoundedWhateverProcessesCallThemselves() throws Exception {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      arguments.add("\u0001".repeat(3000));
    }
    Incident huge = with(Samples.incident("h-1", 1, "x"), "\u0002".repeat(30_000), arguments);
    for (IncidentFormat format : List.of(JSON, FALCO)) {
      byte[] line = format.line(huge);
      assertTrue(line.length <= IncidentFormat.LONGEST_BYTES, line.length + " bytes");
      assertTrue(READER.readTree(line).isObject());
    }
    JsonNode json =
        READER.readTree(
            JSON.line(with(Samples.incident("h", 1, ""), "s", List.of("a".repeat(9000), "b"))));
    List<String> kept = new ArrayList<>();
    json.path("subject").path("arguments").forEach(node -> kept.add(node.textValue()));
    assertTrue(kept.getFirst().endsWith("…") && kept.getLast().equals("…"), kept::toString);
  }

  @Test
  void secretsStayHere() {
    assertEquals(
        "mysql -u a --password=[redacted] db", Redaction.of("mysql -u a --password=hunter2 db"));
    assertEquals("x --api-key [redacted] y", Redaction.of("x --api-key abc123 y"));
    assertEquals("DB_PASSWD=[redacted]", Redaction.of("DB_PASSWD=hunter2"));
    assertEquals(
        "Authorization: Bearer [redacted]", Redaction.of("Authorization: Bearer abcdefgh123"));
    assertEquals("https://[redacted]@host/x", Redaction.of("https://me:hunter2@host/x"));
    assertEquals("sh -c date --utc", Redaction.of("sh -c date --utc"));
    Incident clean =
        Redaction.of(
            with(
                Samples.incident("r", 1, ""),
                "curl token=abc",
                List.of("curl", "--token", "abc", "-H", "Authorization: Basic YWxhZGRpbjpv")));
    assertEquals("curl token=[redacted]", clean.finding().summary());
    assertEquals(
        List.of("curl", "--token", "[redacted]", "-H", "Authorization: Basic [redacted]"),
        clean.finding().process().arguments());
    assertEquals(clean.finding().process().arguments(), clean.ancestry().getFirst().arguments());
  }

  @Test
  void theFileIsRotatedUnderLoadAndLosesNothing(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("incidents.jsonl");
    int written = 500;
    long size = 64 << 10;
    try (RotatingFileOutlet outlet = new RotatingFileOutlet(file, JSON, size, 100)) {
      for (int i = 0; i < written; i++) {
        outlet.write(Samples.incident("i" + i, 1, ""));
      }
    }
    List<String> ids = new ArrayList<>();
    int files = 0;
    try (var all = Files.list(folder)) {
      for (Path one : all.sorted().toList()) {
        files++;
        assertTrue(Files.size(one) <= size, one + " is too large");
        for (String line : Files.readAllLines(one)) {
          ids.add(READER.readTree(line).path("id").textValue());
        }
      }
    }
    assertTrue(files > 5, files + " files");
    assertEquals(written, ids.size());
    assertEquals(written, ids.stream().distinct().count());
  }

  @Test
  void onlySoManyRotatedFilesAreKeptAndHangUpStartsAnew(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("i.jsonl");
    try (RotatingFileOutlet outlet = new RotatingFileOutlet(file, JSON, 1, 2)) {
      for (int i = 0; i < 6; i++) {
        outlet.write(Samples.incident("i" + i, 1, ""));
      }
      assertEquals("i5", id(file));
      assertEquals("i4", id(folder.resolve("i.jsonl.1")));
      assertEquals("i3", id(folder.resolve("i.jsonl.2")));
      assertFalse(Files.exists(folder.resolve("i.jsonl.3")));
      outlet.reopen();
      outlet.write(Samples.incident("i6", 1, ""));
      assertEquals("i6", id(file));
    }
  }

  private static String id(Path file) throws Exception {
    return READER.readTree(Files.readAllLines(file).getFirst()).path("id").textValue();
  }
}
