/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringward.agent.config.Mode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class IncidentJsonTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void everyFieldIsThereAndNothingElse() throws Exception {
    byte[] line =
        new IncidentJson(Mode.ENFORCE, Samples.CLOCK, id -> "/system.slice", "host")
            .line(Samples.incident("i-1", 3, "in force on 2 processes"));
    String text = new String(line, StandardCharsets.UTF_8);
    assertEquals(text.length() - 1, text.indexOf('\n'), "one line, its break at the end");
    ObjectNode read = (ObjectNode) MAPPER.readTree(line);

    // The four times follow the wall clock; their distances are the kernel's.
    Instant first = takeTime(read, "first_time");
    Instant last = takeTime(read, "time");
    Instant issued = takeTime((ObjectNode) read.get("verdict"), "issued");
    Instant expiry = takeTime((ObjectNode) read.get("verdict"), "expiry");
    assertTrue(first.isBefore(last));
    assertEquals(300, Math.round(Duration.between(issued, expiry).toMillis() / 1000.0));

    JsonNode expected =
        MAPPER.readTree(
            """
            {"schema": 1, "id": "i-1", "count": 3, "severity": "Warning", "state": "open",
             "degraded": false, "host": "host", "mode": "enforce",
             "source": "model", "model": "burst", "summary": "connect scan \\"fast\\"",
             "tags": ["T1046"],
             "subject": {"pid": 4711, "key": "4711@90000000000", "name": "scan",
               "executable": "/tmp/scan",
               "arguments": ["scan", "--fast\\u001b[31m", "10.0.0.0/8\\n"],
               "uid": 4294967294, "cgroup_id": "9223372036854775815", "cgroup": "/system.slice",
               "inode": "9223372036854775809", "device": "259:3", "flags": ["memfd", "setid"],
               "ancestry": [{"pid": 1000, "key": "1000@5000000000", "name": "bash",
                 "executable": "/bin/bash", "arguments": ["-bash"], "uid": 0,
                 "cgroup_id": "1", "cgroup": "/system.slice", "inode": "12", "device": "8:1",
                 "flags": []}]},
             "evidence": {"kernel_time_nanos": "95000000000", "score": 0.93, "features": [
               {"feature": "distinct_destinations", "value": 250.0, "usual": 2.0, "weight": 0.8},
               {"feature": "failures_per_second", "value": null, "usual": 0.0, "weight": 0.2}]},
             "verdict": {"id": "abc", "subject": "process 4711@90000000000",
               "action": "throttle", "operations": ["connect", "bind"],
               "rate": {"per_second": 10.0, "burst": 10}, "shadow": false,
               "reason": "connect scan"},
             "release": "ringward verdicts release abc",
             "outcome": "in force on 2 processes"}
            """);
    assertEquals(expected, read);
  }

  @Test
  void bootTimeIsTurnedIntoWallClockTime() {
    BootClock clock = new BootClock(() -> 100 * Samples.SECOND);
    Instant before = Instant.now();
    Instant shown = clock.instantOf(90 * Samples.SECOND);
    Instant after = Instant.now();
    assertFalse(shown.isBefore(before.minusSeconds(10)));
    assertFalse(shown.isAfter(after.minusSeconds(10)));
  }

  private static Instant takeTime(ObjectNode node, String field) {
    String text = node.remove(field).textValue();
    assertTrue(text.endsWith("Z"), text);
    return Instant.parse(text);
  }
}
