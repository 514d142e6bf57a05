/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Turns kernel time ({@code CLOCK_BOOTTIME} nanoseconds) into wall-clock time. The offset is taken
 * anew for each use, so a clock that is set while the agent runs is followed. Thread-safe.
 *
 * @param boottimeNanos reads {@code CLOCK_BOOTTIME} now
 */
public record BootClock(LongSupplier boottimeNanos) {
  /** When it happened, in UTC. */
  public Instant instantOf(long bootNanos) {
    return Instant.now().plusNanos(bootNanos - boottimeNanos.getAsLong());
  }

  /** Now, as the kernel programs see it. */
  public long now() {
    return boottimeNanos.getAsLong();
  }
}
