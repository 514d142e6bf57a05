/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.HostJob;
import io.ringward.jobs.testing.RecordingObserver;
import io.ringward.jobs.testing.RecordingObserver.Said;
import io.ringward.kernel.HostPorts;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Replays for tests. */
final class Replays {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private Replays() {}

  /** All that the loop said, without what depends on the speed of this machine. */
  static List<Said> decisions(List<Said> all) {
    return all.stream()
        .filter(said -> !(said instanceof Said.Beat) && !(said instanceof Said.Models))
        .toList();
  }

  /** Replays a recording to its end. */
  static List<Said> run(Recording recording, Path folder) throws Exception {
    URI uri = URI.create("file:replay-" + COUNT.incrementAndGet());
    RecordingObserver observer = new RecordingObserver();
    try (var registration = HostPorts.register(uri, recording.ports(observer));
        HostJob job = HostJob.start(recording.options(uri, folder))) {
      job.ended().get(120, TimeUnit.SECONDS);
    }
    return decisions(observer.all());
  }
}
