/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringward.jobs.memory.StateExchange;
import io.ringward.jobs.testing.MemoryHost;
import io.ringward.jobs.testing.RecordingObserver.Said;
import io.ringward.jobs.testing.WireEvents;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording does when something is in its way. */
final class RecorderTest {
  private static final long SECOND = MemoryHost.SECOND;
  private static final ProcessKey PROCESS = new ProcessKey(SECOND, 42);

  @TempDir Path folder;
  private MemoryHost host;
  private Recorder recorder;
  private int ticks;

  @BeforeEach
  void host() {
    host = new MemoryHost(folder.resolve("live"));
    recorder = new Recorder(host.feed, host.table, host::now, Map::of, "test");
  }

  private void seconds(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      host.connect(PROCESS, 0x0A000000 + i % 7);
      if (i % 3 == 0) {
        host.askMetadata(PROCESS);
      }
      host.tick(SECOND);
      ticks++;
    }
    host.feed.awaitTaken();
    host.observer.await(Said.Beat.class, ticks);
  }

  private static RecordingStatus ended(RecordingRun run) throws Exception {
    return run.ended().get(60, TimeUnit.SECONDS);
  }

  private static RecordingStatus stop(RecordingRun run) throws Exception {
    run.stop();
    return ended(run);
  }

  private static byte[] noise(Random random, long time) {
    byte[] path = new byte[120];
    random.nextBytes(path);
    StringBuilder text = new StringBuilder("/");
    for (byte one : path) {
      text.append((char) ('a' + (one & 15)));
    }
    return WireEvents.exec(
        time,
        MemoryHost.actor(PROCESS),
        new FileIdentity(8, random.nextLong() >>> 1),
        0,
        text.toString(),
        List.of("x"));
  }

  /** After a gap the replay goes on from the live run's state, to the same findings. */
  @Test
  void aGapIsCountedAndWhatFollowsIsExactAgain() throws Exception {
    Path file = folder.resolve("a.rec");
    try (MemoryHost live = host) {
      live.start(live.options(), recorder);
      host.exec(PROCESS, "/usr/bin/service");
      seconds(5);
      int from = host.observer.all().size();
      RecordingRun run = recorder.start(file, RecordingLimits.usual(), false);
      seconds(20);
      int gapFrom = host.observer.all().size();
      StateExchange exchange = recorder.exchange();
      exchange.attempted(); // As when an operator has failed and the job begins again.
      seconds(10);
      // The next mark comes two seconds after the last; until then items are lost.
      while (run.line().isLosing()) {
        Thread.sleep(20);
        host.tick(SECOND);
        ticks++;
      }
      host.feed.awaitTaken();
      host.observer.await(Said.Beat.class, ticks);
      int gapTo = host.observer.all().size();
      seconds(30);
      int to = host.observer.all().size();
      RecordingStatus status = stop(run);
      assertTrue(status.lost() >= 20, status.toString());
      assertEquals(1, status.gaps());
      try (Recording recording = Recording.open(file)) {
        List<Said> replayed = Replays.run(recording, folder.resolve("replay"));
        assertEquals(Optional.empty(), recording.damage());
        assertEquals(status.lost(), recording.progress().lost());
        assertEquals(1, recording.progress().gaps());
        List<Said> before = Replays.decisions(host.observer.all().subList(from, gapFrom));
        List<Said> after = Replays.decisions(host.observer.all().subList(gapTo, to));
        assertFalse(before.isEmpty());
        assertFalse(after.isEmpty());
        assertEquals(before, replayed.subList(0, before.size()));
        assertEquals(after, replayed.subList(replayed.size() - after.size(), replayed.size()));
      }
    }
  }

  /** The loop's side alone, with nobody who writes. */
  @Test
  void aFullQueueLosesAndCountsAndNeverWaits() throws Exception {
    TapLine line = new TapLine(1);
    EventView view = new EventView();
    byte[] event = noise(new Random(1), 5);
    view.wrap(MemorySegment.ofArray(event), 0, event.length);
    line.take(view);
    assertEquals(0, line.lost(), "before the mark nothing is to be recorded");
    line.take(new ControlItem.RecordingMark(1, 1, true));
    int taken = 0;
    while (!line.isLosing()) {
      line.take(view);
      taken++;
    }
    assertTrue(taken > TapLine.CHUNKS * 500, taken + " fit");
    assertEquals(1, line.lost());
    line.take(view);
    assertEquals(2, line.lost());
    assertFalse(line.hasRoom());
    for (Chunk chunk = line.next(0); chunk != null; chunk = line.next(0)) {
      line.recycle(chunk);
    }
    assertTrue(line.hasRoom());
    line.beginAt(2);
    line.take(view);
    assertEquals(3, line.lost());
    line.take(new ControlItem.RecordingMark(1, 2, true));
    line.take(view);
    line.take(new ControlItem.Tick(9));
    line.polled();
    Chunk chunk = line.next(0);
    assertEquals(Chunk.GAP, WireEvent.getInt(chunk.bytes(), 0));
    assertEquals(3, WireEvent.getLong(chunk.bytes(), Integer.BYTES));
    assertEquals(3, line.lost());
  }

  @Test
  void theFileNeverGrowsBeyondItsBoundAndCanBeReplayed() throws Exception {
    Path file = folder.resolve("a.rec");
    long bound = RecordingLimits.LEAST_BYTES;
    Random random = new Random(2);
    RecordingStatus status;
    try (MemoryHost live = host) {
      live.start(live.options(), recorder);
      RecordingRun run = recorder.start(file, new RecordingLimits(Optional.empty(), bound), false);
      while (!run.ended().isDone()) {
        for (int i = 0; i < 200; i++) {
          host.feed.event(noise(random, host.now() + i));
        }
        host.tick(SECOND / 4);
        host.feed.awaitTaken();
      }
      status = ended(run);
      assertEquals(Optional.of("the file has its full size"), status.why());
      assertEquals(Files.size(file), status.bytes());
      assertTrue(status.bytes() <= bound, status.toString());
      assertTrue(status.bytes() > bound / 2, status.toString());
    }
    try (Recording recording = Recording.open(file)) {
      Replays.run(recording, folder.resolve("replay"));
      assertEquals(Optional.empty(), recording.damage());
      assertEquals(status.events(), recording.progress().events());
    }
  }

  @Test
  void aFullDiskEndsItWithWhatWasWritten() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")),
        "a small file system can be mounted by root only");
    Path small = Files.createDirectory(folder.resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", small.toString());
    try (MemoryHost live = host) {
      Path file = small.resolve("a.rec");
      live.start(live.options(), recorder);
      RecordingRun run = recorder.start(file, RecordingLimits.usual(), false);
      Random random = new Random(2);
      while (!run.ended().isDone()) {
        for (int i = 0; i < 200; i++) {
          host.feed.event(noise(random, host.now() + i));
        }
        host.tick(SECOND / 4);
        ticks++;
        host.feed.awaitTaken();
      }
      RecordingStatus status = ended(run);
      assertTrue(status.why().orElse("").contains("space"), status.toString());
      host.observer.await(Said.Beat.class, ticks); // The loop goes on.
      try (Recording recording = Recording.open(file)) {
        assertTrue(recording.damage().orElseThrow().why().contains("no end"));
        Replays.run(recording, folder.resolve("replay"));
        assertTrue(recording.progress().events() > 100);
      }
      // Room again: the next one begins.
      Files.delete(file);
      assertEquals(
          Optional.empty(), stop(recorder.start(file, RecordingLimits.usual(), false)).why());
    } finally {
      run("umount", small.toString());
    }
  }

  @Test
  void whatIsThereIsLeftAlone() throws Exception {
    Path file = Files.writeString(folder.resolve("a.rec"), "precious");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    assertRefused(file, false, "there is no loop yet");
    try (MemoryHost live = host) {
      live.start(live.options(), recorder);
      assertRefused(file, false, "is there already");
      assertRefused(link, true, "no plain file");
      assertRefused(folder.resolve("none/a.rec"), false, "make it first");
      assertEquals("precious", Files.readString(file));
      RecordingRun run = recorder.start(file, RecordingLimits.usual(), true);
      assertRefused(folder.resolve("b.rec"), false, "under way already");
      assertFalse(Files.exists(folder.resolve("b.rec")));
      seconds(1);
      assertEquals(Optional.empty(), stop(run).why());
      recorder.close(); // Again: nothing to do.
    }
    try (Recording recording = Recording.open(file)) {
      assertEquals("test", recording.header().version());
      assertEquals(42, recording.header().settings().seed());
    }
  }

  private void assertRefused(Path file, boolean force, String why) {
    IOException refusal =
        assertThrows(
            RecordingException.class, () -> recorder.start(file, RecordingLimits.usual(), force));
    assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }
}
