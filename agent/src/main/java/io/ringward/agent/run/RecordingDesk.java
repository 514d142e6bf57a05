/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.agent.control.RecordingRequest;
import io.ringward.agent.control.RecordingRow;
import io.ringward.jobs.recording.Recorder;
import io.ringward.jobs.recording.RecordingLimits;
import io.ringward.jobs.recording.RecordingRun;
import io.ringward.jobs.recording.RecordingStatus;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Begins and ends recordings on request. Thread-safe. */
public final class RecordingDesk {
  private static final long END_SECONDS = 20;

  private final Recorder recorder;

  RecordingDesk(Recorder recorder) {
    this.recorder = recorder;
  }

  /** Begins a recording. */
  public RecordingRow start(RecordingRequest request) throws ControlException {
    Path file;
    RecordingLimits limits;
    try {
      file = Path.of(request.file());
      limits =
          new RecordingLimits(
              request.durationNanos() == 0
                  ? Optional.empty()
                  : Optional.of(Duration.ofNanos(request.durationNanos())),
              request.bytes());
    } catch (InvalidPathException e) {
      throw new ControlException(Code.BAD_REQUEST, "'" + request.file() + "' is no path");
    } catch (IllegalArgumentException e) {
      throw new ControlException(Code.BAD_REQUEST, e.getMessage());
    }
    if (!file.isAbsolute()) {
      throw new ControlException(Code.BAD_REQUEST, "the path of a recording begins with /");
    }
    try {
      return row(recorder.start(file.normalize(), limits, request.overwrite()).status());
    } catch (IOException e) {
      throw new ControlException(Code.FAILED, e.getMessage());
    }
  }

  /** How the recording under way stands, or how the last one ended. */
  public RecordingRow show() throws ControlException {
    return row(current().status());
  }

  /** Ends the recording under way, and waits until its file is whole. */
  public RecordingRow stop() throws ControlException {
    RecordingRun run = current();
    run.stop();
    try {
      return row(run.ended().get(END_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlException(Code.FAILED, "the agent ends");
    } catch (ExecutionException | TimeoutException e) {
      throw new ControlException(
          Code.FAILED, "the recording did not end within " + END_SECONDS + " s");
    }
  }

  private RecordingRun current() throws ControlException {
    return recorder
        .current()
        .orElseThrow(() -> new ControlException(Code.NOT_FOUND, "nothing was recorded so far"));
  }

  private static RecordingRow row(RecordingStatus status) {
    return new RecordingRow(
        status.file().toString(),
        status.running(),
        status.events(),
        status.items(),
        status.bytes(),
        status.stateBytes(),
        status.gaps(),
        status.lost(),
        status.nanos(),
        status.why().orElse(""));
  }
}
