/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.replay;

import io.ringward.agent.config.Mode;
import io.ringward.agent.incident.BootClock;
import io.ringward.agent.incident.IncidentOutlet;
import io.ringward.decide.Policy;
import io.ringward.jobs.HostJob;
import io.ringward.jobs.HostJobException;
import io.ringward.jobs.cluster.PrivateFolder;
import io.ringward.jobs.recording.Recording;
import io.ringward.jobs.recording.RecordingHeader;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.HostPorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * One replay of a recording: the loop that {@code ringward up} runs, on a file in the place of the
 * kernel. Needs no root. Everything that it writes is in a folder of its own, which is removed.
 */
public final class Replay implements AutoCloseable {
  private final Path file;
  private final Optional<List<RuleText>> rules;
  private final Recording recording;
  private final Policy.Mode mode;
  private final Path folder;

  private Replay(
      Path file,
      Optional<List<RuleText>> rules,
      Recording recording,
      Policy.Mode mode,
      Path folder) {
    this.file = file;
    this.rules = rules;
    this.recording = recording;
    this.mode = mode;
    this.folder = folder;
  }

  /**
   * Opens a recording.
   *
   * @param rules others than the recorded ones, already checked
   * @param mode another than the recorded one
   * @throws IOException when it cannot be used, with the reason
   */
  public static Replay open(Path file, Optional<List<RuleText>> rules, Optional<Mode> mode)
      throws IOException {
    Recording recording = Recording.open(file, rules);
    try {
      Policy.Mode recorded = recording.header().settings().policy().mode();
      return new Replay(
          file,
          rules,
          recording,
          mode.map(Replay::policyMode).orElse(recorded),
          Files.createTempDirectory("ringward-replay"));
    } catch (IOException e) {
      recording.close();
      throw e;
    }
  }

  private static Policy.Mode policyMode(Mode mode) {
    return switch (mode) {
      case SHADOW -> Policy.Mode.SHADOW;
      case ENFORCE -> Policy.Mode.ENFORCE;
    };
  }

  /** Who recorded, and when. */
  public RecordingHeader header() {
    return recording.header();
  }

  /** The mode of the replay. */
  public Mode mode() {
    return switch (mode) {
      case SHADOW -> Mode.SHADOW;
      case ENFORCE -> Mode.ENFORCE;
    };
  }

  /** The name of a cgroup when it was recorded, or its id. */
  public String groupName(long id) {
    return recording.groupName(id);
  }

  /** Turns the recording's kernel times into times of day. */
  public BootClock clock() {
    return BootClock.recorded(header().startedNanos(), header().startedEpochNanos());
  }

  /**
   * Replays all of it.
   *
   * @param outlet takes the incidents
   * @param stopped completes when it is to end early
   * @throws HostJobException when the loop fails
   * @throws IOException when the recording cannot be read, or the outlet fails
   */
  public ReplaySummary run(IncidentOutlet outlet, CompletableFuture<?> stopped)
      throws HostJobException, IOException, InterruptedException {
    ReplayFindings findings = new ReplayFindings(outlet);
    URI uri = URI.create("file:" + file.toUri().getRawPath());
    long elapsedNanos;
    try (var registration = HostPorts.register(uri, recording.ports(findings))) {
      try (HostJob job = HostJob.start(recording.options(uri, folder, mode))) {
        CompletableFuture.anyOf(job.ended(), stopped).get();
        elapsedNanos = System.nanoTime() - recording.progress().startedNanos();
      } catch (ExecutionException e) {
        throw new IOException("the replay has failed: " + e.getCause().getMessage(), e.getCause());
      }
    }
    if (findings.failure().isPresent()) {
      throw findings.failure().get();
    }
    var verdicts = recording.verdicts().all();
    try (Recording again = Recording.open(file, rules)) {
      return new ReplaySummary(
          findings,
          verdicts,
          RefusalPreview.of(again, verdicts),
          recording.progress(),
          elapsedNanos,
          recording.damage());
    }
  }

  @Override
  public void close() throws IOException {
    try {
      recording.close();
    } finally {
      PrivateFolder.remove(folder);
    }
  }
}
