/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.detect.ProgramModel;
import io.ringward.jobs.testing.MemoryHost;
import io.ringward.jobs.testing.RecordingObserver.Said;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left after the job, or the process, has ended and another begins. */
final class RestartTest {
  private static final long SECOND = MemoryHost.SECOND;
  private static final ProcessKey CURL = new ProcessKey(50 * SECOND, 700);
  private static final ProcessKey OTHER = new ProcessKey(51 * SECOND, 701);

  @TempDir Path state;
  private MemoryHost host;

  @BeforeEach
  void open() {
    host = new MemoryHost(state);
  }

  @AfterEach
  void close() {
    host.close();
  }

  private Verdict blockCurl() throws InterruptedException {
    host.askMetadata(CURL);
    return host.observer.await(Said.Judged.class, _ -> true).verdict();
  }

  @Test
  void verdictsOfThisBootAreAppliedAgainWhenTimeIsKnown() throws Exception {
    host.start();
    Verdict verdict = blockCurl();
    host.askMetadata(OTHER);
    host.observer.await(Said.Judged.class, 2);
    host.stop();

    host.table.die(OTHER);
    host.start();
    host.tick(SECOND);
    List<Said.Judged> again = host.observer.await(Said.Judged.class, 2);
    host.observer.await(Said.Beat.class, 1);
    Verdict resumed = host.table.inForce().getFirst().verdict();
    assertEquals(verdict.id(), resumed.id());
    assertEquals(verdict.expiryNanos(), resumed.expiryNanos(), "no longer than it was");
    assertEquals(0, resumed.causeNanos(), "the latency of the loop is not counted from before");
    assertEquals(1, host.table.inForce().size());
    assertTrue(
        again.stream().anyMatch(judged -> judged.outcome() instanceof Outcome.SubjectGone),
        "who is gone is gone");
  }

  @Test
  void anExpiredVerdictDoesNotComeBack() throws Exception {
    host.start();
    blockCurl();
    host.stop();
    host.start();
    host.tick(301 * SECOND);
    host.observer.await(Said.Beat.class, 1);
    assertEquals(List.of(), host.table.applied());
  }

  @Test
  void anotherBootDropsVerdictsAndTheLadder() throws Exception {
    host.start();
    blockCurl();
    host.stop();
    host.start(host.options().withBootId("boot-two"));
    host.tick(SECOND);
    host.observer.await(Said.Beat.class, 1);
    assertEquals(List.of(), host.table.applied());
    Verdict fresh = blockCurl();
    assertEquals(300 * SECOND, fresh.expiryNanos() - fresh.issuedNanos(), "a first offence again");
  }

  /** The ladder goes on: the second verdict on the same subject lasts longer. */
  @Test
  void theLadderResumes() throws Exception {
    host.start();
    blockCurl();
    host.stop();
    host.start();
    host.tick(290 * SECOND); // Nearly over, so the next finding makes another.
    host.observer.await(Said.Judged.class, _ -> true);
    host.observer.clear();
    Verdict second = blockCurl();
    assertTrue(second.expiryNanos() - second.issuedNanos() > 300 * SECOND);
  }

  /** Models are learned once; a restart, even after a boot, finds them fitted. */
  @Test
  void modelsResumeAlways() throws Exception {
    host.start();
    ProcessKey busy = new ProcessKey(SECOND, 42);
    host.exec(busy, "/usr/bin/busy");
    for (int second = 0; second <= ProgramModel.WARM_UP + 1; second++) {
      for (int i = 0; i <= second % 7; i++) {
        host.connect(busy, 0x0A000000 + i);
      }
      host.tick(SECOND);
    }
    host.observer.await(Said.Models.class, models -> models.programs() == 1);
    host.stop();
    host.start(host.options().withBootId("boot-two"));
    host.tick(SECOND);
    host.observer.await(Said.Models.class, models -> models.programs() == 1);
  }

  /** The pacer saves a change of verdicts soon; a crash has no last checkpoint. */
  @Test
  void aCrashLosesNothingThatWasSaved() throws Exception {
    HostJob job =
        host.start(host.options().withIntervals(Duration.ofMillis(50), Duration.ofHours(1)));
    awaitCheckpoints(job, 1); // Of the start.
    Verdict verdict = blockCurl();
    awaitCheckpoints(job, 2);
    Path crashed = copyOfState();
    host.stop();
    try (MemoryHost after = new MemoryHost(crashed)) {
      after.start();
      after.tick(SECOND);
      Verdict resumed = after.observer.await(Said.Judged.class, _ -> true).verdict();
      assertEquals(verdict.id(), resumed.id());
    }
  }

  private static void awaitCheckpoints(HostJob job, int count) throws InterruptedException {
    while (job.metrics().checkpoints() < count) {
      Thread.sleep(10);
    }
  }

  /** What is on the disk while the job runs is what a crash leaves. */
  private Path copyOfState() throws IOException {
    Path copy = state.resolveSibling(state.getFileName() + "-crashed");
    try (var files = Files.walk(state)) {
      files.forEach(file -> {
        try {
          Path target = copy.resolve(state.relativize(file).toString());
          if (Files.isDirectory(file)) {
            Files.createDirectories(target);
          } else {
            Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
    return copy;
  }

  @Test
  void aDamagedCheckpointIsSetAside() throws Exception {
    host.start();
    Verdict verdict = blockCurl();
    host.stop();
    List<Path> damaged = checkpointFiles();
    for (Path file : damaged) {
      byte[] bytes = Files.readAllBytes(file);
      for (int i = bytes.length / 2; i < bytes.length; i++) {
        bytes[i] ^= 0x5A;
      }
      Files.write(file, bytes);
    }
    assertFalse(damaged.isEmpty());
    host.start();
    host.tick(SECOND);
    host.observer.await(Said.Beat.class, 1);
    assertEquals(List.of(), host.table.applied(), "it begins anew");
    assertTrue(damaged.stream().noneMatch(Files::exists), "and does not stumble over it again");
    assertTrue(Files.list(state.resolve("damaged")).findAny().isPresent());
    host.askMetadata(CURL);
    Verdict fresh = host.observer.await(Said.Judged.class, _ -> true).verdict();
    assertFalse(fresh.id() == verdict.id());
  }

  @Test
  void anOlderCheckpointHelpsOut() throws Exception {
    HostJob job =
        host.start(host.options().withIntervals(Duration.ofMillis(50), Duration.ofHours(1)));
    awaitCheckpoints(job, 1); // Of the start.
    Verdict verdict = blockCurl();
    awaitCheckpoints(job, 2);
    host.stop();
    List<Path> metadata =
        checkpointFiles().stream()
            .filter(file -> file.getFileName().toString().equals("_metadata"))
            .toList();
    assertTrue(metadata.size() >= 2, "two are retained");
    Path newest =
        metadata.stream()
            .max(Comparator.comparing(path -> path.toFile().lastModified()))
            .orElseThrow();
    Files.write(newest, new byte[] {1, 2, 3});
    host.start();
    host.tick(SECOND);
    assertEquals(verdict.id(), host.observer.await(Said.Judged.class, _ -> true).verdict().id());
  }

  private List<Path> checkpointFiles() throws IOException {
    try (var files = Files.walk(state.resolve("checkpoints"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** The old runs go when the new one has a checkpoint: the disk does not fill. */
  @Test
  void oldRunsAreRemoved() throws Exception {
    for (int i = 0; i < 3; i++) {
      HostJob job =
          host.start(host.options().withIntervals(Duration.ofMillis(20), Duration.ofHours(1)));
      host.askMetadata(new ProcessKey((200 + i) * SECOND, 900 + i));
      while (job.metrics().checkpoints() == 0 || runs() != 1) {
        Thread.sleep(10);
      }
      host.stop();
    }
    assertEquals(1, runs());
  }

  private long runs() throws IOException {
    try (var runs = Files.list(state.resolve("checkpoints"))) {
      return runs.count();
    }
  }

  /** Flink restarts the job within the process: the stage still knows all processes. */
  @Test
  void aFailedAttemptIsFollowedByAnotherThatKnowsTheProcesses() throws Exception {
    HostJob job = host.start();
    host.exec(CURL, "/usr/bin/curl");
    host.tick(SECOND);
    host.observer.await(Said.Beat.class, 1);
    host.table.failNextApply(new IllegalStateException("the test breaks the sink"));
    host.askMetadata(OTHER);
    while (job.metrics().restarts() == 0) {
      Thread.sleep(10);
    }
    do { // Items that are under way when an attempt fails are lost: again.
      host.askMetadata(CURL);
      Thread.sleep(20);
    } while (host.observer.all(Said.Told.class).isEmpty());
    Said.Told told =
        host.observer.await(
            Said.Told.class, item -> item.incident().finding().process().key().equals(CURL));
    assertEquals("/usr/bin/curl", told.incident().finding().process().path());
    assertInstanceOf(Verdict.class, host.table.applied().getFirst());
  }

  @Test
  void tooManyFailuresEndTheJobAndSayWhy() throws Exception {
    HostJob job = host.start();
    host.table.failAllApplies(new IllegalStateException("the test breaks the sink"));
    long restarts = 0;
    for (int i = 0; !job.ended().isDone(); i++) {
      restarts = Math.max(restarts, job.metrics().restarts());
      host.askMetadata(new ProcessKey((300 + i) * SECOND, 1000 + i));
      Thread.sleep(20); // Items that are under way when an attempt fails are lost: again.
    }
    assertEquals(JobSettings.MOST_FAILURES, restarts);
    Exception failed =
        assertThrows(ExecutionException.class, () -> job.ended().get(120, TimeUnit.SECONDS));
    assertInstanceOf(HostJobException.class, failed.getCause());
    assertTrue(
        failed.getCause().getMessage().contains("the test breaks the sink"),
        failed.getCause().getMessage());
  }
}
