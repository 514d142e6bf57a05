/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.agent.config.Mode;
import io.ringward.agent.text.Style;
import io.ringward.kernel.Incident;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IncidentOutletTest {
  private static final IncidentJson JSON =
      new IncidentJson(Mode.SHADOW, Samples.CLOCK, Long::toString, "host");
  private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

  /** Takes one incident and holds it until it is let go. */
  private static final class StuckOutlet implements IncidentOutlet {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @Override
    public String name() {
      return "stuck";
    }

    @Override
    public String write(Incident incident) throws IOException {
      reached.countDown();
      boolean released = false;
      while (!released) {
        try {
          release.await();
          released = true;
        } catch (InterruptedException e) {
          // As a write to a full pipe: it does not hear.
          released = release.getCount() == 0;
        }
      }
      return "taken at last";
    }

    @Override
    public void close() {}
  }

  @Test
  void fullQueueDropsAndCountsExactly() throws Exception {
    StuckOutlet outlet = new StuckOutlet();
    IncidentQueue queue = new IncidentQueue(outlet, 8, Duration.ofSeconds(60), ONCE);
    queue.offer(Samples.incident("first", 1, ""));
    outlet.reached.await();
    for (int i = 0; i < 100; i++) {
      queue.offer(Samples.incident("more" + i, 1, ""));
    }
    assertEquals(92, queue.lost());
    assertEquals(0, queue.emitted());
    outlet.release.countDown();
    queue.close();
    assertEquals(9, queue.emitted());
    assertEquals(92, queue.lost());
    queue.offer(Samples.incident("late", 1, ""));
    assertEquals(93, queue.lost());
  }

  @Test
  void outletThatNeverEndsIsGivenUp() throws Exception {
    StuckOutlet outlet = new StuckOutlet();
    IncidentQueue queue = new IncidentQueue(outlet, 8, Duration.ofMillis(1), ONCE);
    queue.offer(Samples.incident("first", 1, ""));
    outlet.reached.await();
    queue.offer(Samples.incident("second", 1, ""));
    queue.close();
    assertEquals(2, queue.lost(LossCause.ENDED), "the one under way, and the one in line");
    outlet.release.countDown();
  }

  @Test
  void failingOutletIsCountedAndTriedAgain() {
    List<String> carried = new java.util.concurrent.CopyOnWriteArrayList<>();
    IncidentQueue queue =
        new IncidentQueue(
            new IncidentOutlet() {
              @Override
              public String name() {
                return "flaky";
              }

              @Override
              public String write(Incident incident) throws IOException {
                if (incident.id().equals("bad")) {
                  throw new IOException("No space left on device");
                }
                carried.add(incident.id());
                return "taken";
              }

              @Override
              public void close() {}
            },
            8,
            Duration.ofSeconds(60),
            ONCE);
    queue.offer(Samples.incident("a", 1, ""));
    queue.offer(Samples.incident("bad", 1, ""));
    queue.offer(Samples.incident("b", 1, ""));
    queue.close();
    assertEquals(List.of("a", "b"), carried);
    assertEquals(1, queue.lost(LossCause.WRITE_FAILED));
    assertEquals(2, queue.emitted());
  }

  @Test
  void fileIsForRootAloneAndIsAppendedTo(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("incidents.jsonl");
    try (RotatingFileOutlet outlet = new RotatingFileOutlet(file, JSON, 0, 1)) {
      outlet.write(Samples.incident("a", 1, ""));
    }
    try (RotatingFileOutlet outlet = new RotatingFileOutlet(file, JSON, 0, 1)) {
      outlet.write(Samples.incident("b", 1, ""));
      assertEquals(2, Files.readAllLines(file).size());
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      Path moved = Files.move(file, folder.resolve("incidents.1"));
      outlet.write(Samples.incident("c", 1, ""));
      assertEquals(2, Files.readAllLines(moved).size());
      assertEquals(1, Files.readAllLines(file).size());
    }
  }

  @Test
  void symbolicLinkIsNotFollowed(@TempDir Path folder) throws Exception {
    Path target = Files.createFile(folder.resolve("target"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    assertThrows(IOException.class, () -> new RotatingFileOutlet(link, JSON, 0, 1));
    assertEquals(0, Files.size(target));
  }

  @Test
  void terminalShowsAnIncidentOnceAndThenWhenItGrows() throws Exception {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    TerminalOutlet outlet = new TerminalOutlet(screen, Style.PLAIN, Samples.CLOCK);
    outlet.write(Samples.incident("a", 1, "shadow: would throttle"));
    String first = taken(screen);
    assertTrue(first.contains("WARNING   burst  connect scan \"fast\"\n"), first);
    assertTrue(
        first.contains(
            "    process  4711 /tmp/scan  uid 4294967294  scan --fast\\x1b[31m 10.0.0.0/8\\n\n"),
        first);
    assertTrue(first.contains("    from     bash(1000)\n"), first);
    assertTrue(
        first.contains("    because  score 0.93: distinct destinations 250.0 (usually 2.000)"),
        first);
    assertTrue(
        first.contains(
            "    verdict  throttle connect, bind to 10/s of process 4711@90000000000 for 5m\n"),
        first);
    assertTrue(first.contains("    outcome  shadow: would throttle\n"), first);
    assertTrue(first.contains("    release  ringward verdicts release abc\n"), first);
    assertFalse(first.contains("\u001b"), "nothing that a process chose steers the terminal");

    outlet.write(Samples.incident("a", 1, "shadow: would throttle"));
    assertEquals("", taken(screen));
    outlet.write(Samples.incident("a", 2, "shadow: would throttle"));
    assertTrue(taken(screen).contains("(2 times since "));
    outlet.write(Samples.incident("a", 3, "shadow: would throttle"));
    assertEquals("", taken(screen));
    outlet.write(Samples.incident("a", 3, "shadow: would block"));
    assertTrue(taken(screen).contains("    outcome  shadow: would block\n"));
  }

  private static String taken(ByteArrayOutputStream screen) {
    String text = screen.toString(StandardCharsets.UTF_8);
    screen.reset();
    return text;
  }
}
