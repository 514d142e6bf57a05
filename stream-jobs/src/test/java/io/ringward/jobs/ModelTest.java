/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.detect.ProgramModel;
import io.ringward.jobs.memory.Capacities;
import io.ringward.jobs.testing.MemoryHost;
import io.ringward.jobs.testing.RecordingObserver.Said;
import io.ringward.kernel.Action;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is learned, through the whole loop. */
final class ModelTest {
  private static final long SECOND = MemoryHost.SECOND;

  @TempDir Path state;

  /** A program that opens a few connections a second, and one day hundreds. */
  @Test
  void aScannerIsThrottledByWhatItsPastWas() throws Exception {
    try (MemoryHost host = new MemoryHost(state)) {
      host.start();
      ProcessKey service = new ProcessKey(SECOND, 42);
      host.exec(service, "/usr/bin/service");
      for (int second = 0; second < 120; second++) {
        host.connect(service, 0x0A000001);
        host.connect(service, 0x0A000002 + second % 2);
        host.tick(SECOND);
      }
      host.feed.awaitTaken();
      assertTrue(host.observer.all(Said.Found.class).isEmpty(), "the usual is no finding");
      for (int i = 0; i < 500; i++) {
        host.connect(service, 0x0B000000 + i);
      }
      host.tick(SECOND);
      Finding finding =
          host.observer
              .await(Said.Found.class, item -> item.finding().source() == Finding.Source.MODEL)
              .finding();
      assertEquals(service, finding.process().key());
      assertFalse(finding.drivers().isEmpty(), "it says what drove it");
      Verdict verdict =
          host.observer
              .await(Said.Judged.class, item -> item.verdict().action() == Action.THROTTLE)
              .verdict();
      assertEquals(new Subject.ProcessTree(service), verdict.subject());
      assertTrue(verdict.rate().isPresent());
    }
  }

  /** Bounds hold over all keys: the least recently used goes. */
  @Test
  void profilesAndForestsAreBounded() throws Exception {
    try (MemoryHost host = new MemoryHost(state)) {
      HostJob job = host.start(host.options().withCapacities(new Capacities(64, 64, 4, 2, 64, 16)));
      for (int program = 0; program < 6; program++) {
        ProcessKey process = new ProcessKey(SECOND + program, 100 + program);
        host.exec(process, "/usr/bin/p" + program, new FileIdentity(1, 1000 + program));
        for (int second = 0; second <= ProgramModel.WARM_UP; second++) {
          for (int i = 0; i <= second % 5; i++) {
            host.connect(process, 0x0A000000 + i);
          }
          host.tick(SECOND);
        }
        host.observer.await(Said.Models.class, models -> models.programs() > 0);
        assertTrue(job.metrics().programs() <= 4);
        assertTrue(job.metrics().forests() <= 2);
      }
      host.feed.awaitTaken();
      host.observer.await(Said.Beat.class, 6 * (ProgramModel.WARM_UP + 1));
      assertEquals(4, job.metrics().programs());
      assertEquals(2, job.metrics().forests());
      assertTrue(job.metrics().forgottenPrograms() > 0);
      assertTrue(job.metrics().droppedForests() > 0);
      assertTrue(
          host.observer.all(Said.Models.class).stream().allMatch(models -> models.programs() <= 4));
    }
  }
}
