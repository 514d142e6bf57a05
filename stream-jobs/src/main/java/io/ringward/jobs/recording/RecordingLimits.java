/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import java.time.Duration;
import java.util.Optional;

/**
 * When a recording ends by itself.
 *
 * @param duration after this long, or never
 * @param bytes most bytes of the file, {@link #LEAST_BYTES} at least; it never grows beyond
 */
public record RecordingLimits(Optional<Duration> duration, long bytes) {
  /** Room for the frame and the end. */
  public static final long LEAST_BYTES = 256 << 10;

  /** When nobody says otherwise. */
  public static final long USUAL_BYTES = 256L << 20;

  public RecordingLimits {
    if (bytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "a recording may have at least " + LEAST_BYTES + " bytes, not only " + bytes);
    }
    if (duration.isPresent() && !duration.get().isPositive()) {
      throw new IllegalArgumentException("a recording takes some time, not " + duration.get());
    }
  }

  /** Until it is stopped, or has {@link #USUAL_BYTES}. */
  public static RecordingLimits usual() {
    return new RecordingLimits(Optional.empty(), USUAL_BYTES);
  }
}
