/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.kernel.Hook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flood that the ring cannot take is counted to the event. */
final class OverloadTest {
  @Test
  void producedIsDeliveredPlusInFlightPlusDropped(@TempDir Path home)
      throws IOException, InterruptedException {
    try (TestGroup group = TestGroup.make();
        AgentProcess agent =
            AgentProcess.start(
                home,
                "--cgroup",
                group.folder().toString(),
                "--activity-ring",
                "64KiB",
                "--events-per-second-per-process",
                "2000")) {
      // While nobody drains, the smallest ring is full after some hundred connects.
      agent.signal("STOP");
      try (Shell flood =
          Shell.in(
              group,
              """
              ulimit -n 64
              for i in $(seq 1 6000); do : 3<>/dev/udp/127.0.0.1/9; done
              ( for i in $(seq 1 3000); do : 3<>/dev/udp/127.0.0.1/9; done ) &
              wait
              echo flooded
              """)) {
        flood.await("flooded"::equals, 60);
      }
      agent.signal("CONT");
      // Until the sampler has read what the flood left: two equal readings.
      String page = agent.metrics();
      for (int i = 0; i < 20; i++) {
        Thread.sleep(1500);
        String next = agent.metrics();
        if (connects(next).equals(connects(page))) {
          break;
        }
        page = next;
      }
      double produced = sum(page, "ringward_events_produced_total", Hook.CONNECT4);
      double delivered = sum(page, "ringward_events_delivered_total", Hook.CONNECT4);
      double dropped = sum(page, "ringward_events_dropped_total", Hook.CONNECT4);
      double inFlight = sum(page, "ringward_events_in_flight", Hook.CONNECT4);
      assertTrue(produced >= 9000, "produced " + produced);
      assertTrue(cause(page, "ring_full") > 0, page);
      assertTrue(cause(page, "quota") > 0, page);
      assertEquals(produced, delivered + dropped + inFlight, 0, page);
      assertEquals(0, inFlight, 0, "nothing is produced any more, so nothing is in flight");
    }
  }

  private static List<Double> connects(String page) {
    return List.of(
        sum(page, "ringward_events_produced_total", Hook.CONNECT4),
        sum(page, "ringward_events_delivered_total", Hook.CONNECT4));
  }

  private static double cause(String page, String cause) {
    return page.lines()
        .filter(line -> line.startsWith("ringward_events_dropped_total{hook=\"connect4\""))
        .filter(line -> line.contains("cause=\"" + cause + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static double sum(String page, String name, Hook hook) {
    Matcher line =
        Pattern.compile(
                "^" + name + "\\{[^}]*hook=\"" + hook.label() + "\"[^}]*} (\\S+)$",
                Pattern.MULTILINE)
            .matcher(page);
    double sum = 0;
    boolean found = false;
    while (line.find()) {
      sum += Double.parseDouble(line.group(1));
      found = true;
    }
    assertTrue(found, name + " of " + hook.label() + " is not on the page:\n" + page);
    return sum;
  }
}
