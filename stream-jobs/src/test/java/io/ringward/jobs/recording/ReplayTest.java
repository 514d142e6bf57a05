/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.jobs.testing.MemoryHost;
import io.ringward.jobs.testing.RecordingObserver.Said;
import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.VerdictTable.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replay says is what the live run said: each finding, verdict, outcome and incident. */
final class ReplayTest {
  private static final long SECOND = MemoryHost.SECOND;
  private static final int PROGRAMS = 6;

  @TempDir Path folder;
  private MemoryHost host;
  private Recorder recorder;
  private final Random random = new Random(7);
  private final List<ProcessKey> processes = new ArrayList<>();
  private int tgid = 1000;
  private int ticks;

  @BeforeEach
  void host() {
    host = new MemoryHost(folder.resolve("live"));
    recorder = new Recorder(host.feed, host.table, host::now, () -> Map.of(1L, "/test"), "test");
  }

  /** A second in the life of a host: programs that come and go, scan, and ask what they may not. */
  private void second(boolean wild) {
    for (int program = 0; program < PROGRAMS; program++) {
      ProcessKey parent = processes.get(program);
      int children = wild && program == 2 ? 90 : random.nextInt(3);
      for (int i = 0; i < children; i++) {
        ProcessKey child = new ProcessKey(host.now() + 10 + i, ++tgid);
        host.feed.event(WireEvents.fork(host.now() + 20 + i, MemoryHost.actor(parent), child));
        Actor actor = new Actor(child, parent);
        host.feed.event(
            WireEvents.exec(
                host.now() + 30 + i,
                actor,
                new FileIdentity(8, 77),
                0,
                "/bin/tool",
                List.of("tool", "-" + i)));
        host.feed.event(
            WireEvents.connect(
                host.now() + 40 + i,
                actor,
                0x0A000000 + random.nextInt(9),
                443,
                io.ringward.kernel.Decision.ALLOWED));
        host.feed.event(WireEvents.exit(host.now() + 50 + i, actor, i % 3 == 0 ? 256 : 0));
      }
      int connects = wild && program == 1 ? 400 : 1 + random.nextInt(4);
      for (int i = 0; i < connects; i++) {
        host.connect(parent, 0x0B000000 + (wild ? i : random.nextInt(5)));
      }
      if (random.nextInt(8) == 0) {
        host.askMetadata(parent);
      }
    }
    host.tick(SECOND);
    ticks++;
  }

  private void life(int seconds, int wildEach) {
    for (int i = 1; i <= seconds; i++) {
      second(i % wildEach == 0);
    }
  }

  private void settle() throws InterruptedException {
    host.feed.awaitTaken();
    host.observer.await(Said.Beat.class, ticks);
  }

  private void open(MemoryHost live) throws Exception {
    live.start(live.options(), recorder);
    for (int i = 0; i < PROGRAMS; i++) {
      ProcessKey process = new ProcessKey(SECOND + i, 100 + i);
      processes.add(process);
      host.exec(process, "/usr/bin/p" + i, new FileIdentity(1, 1000 + i));
    }
  }

  private RecordingStatus end(RecordingRun run) throws Exception {
    run.stop();
    return run.ended().get(60, TimeUnit.SECONDS);
  }

  private List<Said> said(int from) {
    return Replays.decisions(host.observer.all().subList(from, host.observer.all().size()));
  }

  @Test
  void whatWasRecordedFromTheMiddleOnIsSaidAgainWordForWord() throws Exception {
    Path file = folder.resolve("a.rec");
    try (MemoryHost live = host) {
      open(live);
      life(300, 50); // Models are fitted, verdicts are in force, subjects on the ladder.
      settle();
      int from = host.observer.all().size();
      RecordingRun run = recorder.start(file, RecordingLimits.usual(), false);
      life(120, 7);
      ProcessKey one = processes.getFirst();
      Said.Judged judged = host.observer.await(Said.Judged.class, any -> true);
      host.feed.submit(new ControlItem.ReleaseVerdict(host.now(), judged.verdict().id(), "root"));
      host.feed.event(
          WireEvents.enforcement(
              host.now(),
              MemoryHost.actor(one),
              judged.verdict().id(),
              3,
              Action.BLOCK,
              Operation.CONNECT));
      host.table.die(processes.get(3));
      host.table.protect(processes.get(4));
      life(300, 11);
      settle();
      RecordingStatus status = end(run);
      assertEquals(Optional.empty(), status.why());
      assertEquals(0, status.lost());
      assertEquals(Files.size(file), status.bytes());
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));

      List<Said> said = said(from);
      assertTrue(count(said, Finding.Source.RULE) > 100, said.size() + " said");
      assertTrue(count(said, Finding.Source.MODEL) > 10, said.size() + " said");
      assertTrue(said.stream().anyMatch(any -> any instanceof Said.Judged));
      assertTrue(said.stream().anyMatch(any -> any instanceof Said.Ended));
      try (Recording recording = Recording.open(file)) {
        assertEquals(Optional.empty(), recording.damage());
        assertSame(said, Replays.run(recording, folder.resolve("replay")));
        assertEquals("/test", recording.groupName(1));
        assertEquals("2", recording.groupName(2));
        assertEquals(status.events(), recording.progress().events());
        assertEquals(Optional.empty(), recording.damage());
      }
    }
  }

  @Test
  void otherRulesFindOtherThingsAndEachTimeTheSame() throws Exception {
    Path file = folder.resolve("a.rec");
    try (MemoryHost live = host) {
      open(live);
      settle();
      RecordingRun run = recorder.start(file, RecordingLimits.usual(), false);
      life(40, 9);
      settle();
      end(run);
    }
    List<RuleText> rules =
        List.of(
            new RuleText(
                "other.yaml",
                """
                - rule: Tool
                  desc: test
                  condition: evt.type = execve and proc.name = tool
                  output: tool by %proc.pname at %evt.rawtime
                  priority: WARNING
                  action: throttle
                  rate: 1/s
                  for: 5m
                """));
    List<Said> first;
    try (Recording recording = Recording.open(file, Optional.of(rules))) {
      first = Replays.run(recording, folder.resolve("one"));
    }
    try (Recording recording = Recording.open(file, Optional.of(rules))) {
      assertSame(first, Replays.run(recording, folder.resolve("two")));
    }
    assertTrue(
        first.stream()
            .anyMatch(said ->
                said instanceof Said.Found found && found.finding().detector().equals("Tool")));
    assertFalse(
        first.stream()
            .anyMatch(said ->
                said instanceof Said.Found found
                    && found.finding().detector().equals("Metadata service")));
    assertTrue(
        first.stream()
            .anyMatch(said ->
                said instanceof Said.Judged judged
                    && judged.outcome() instanceof Outcome.Supposed));
  }

  static void assertSame(List<Said> live, List<Said> replayed) {
    for (int i = 0; i < Math.min(live.size(), replayed.size()); i++) {
      assertEquals(live.get(i), replayed.get(i), "what was said as number " + i);
    }
    assertEquals(live.size(), replayed.size(), "how much was said");
  }

  private static long count(List<Said> said, Finding.Source source) {
    return said.stream()
        .filter(one -> one instanceof Said.Found found && found.finding().source() == source)
        .count();
  }
}
