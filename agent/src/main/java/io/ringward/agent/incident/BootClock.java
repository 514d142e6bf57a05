/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.time.Instant;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Turns kernel time ({@code CLOCK_BOOTTIME} nanoseconds) into wall-clock time. On a live machine
 * the offset is taken anew for each use, so a clock that is set while the agent runs is followed;
 * that of a recording is fixed. Thread-safe.
 *
 * @param boottimeNanos reads {@code CLOCK_BOOTTIME} now
 * @param epochOffsetNanos what to add to kernel time to get time since the epoch, when that is
 *     given
 */
public record BootClock(LongSupplier boottimeNanos, OptionalLong epochOffsetNanos) {
  public BootClock {
    Objects.requireNonNull(boottimeNanos);
    Objects.requireNonNull(epochOffsetNanos);
  }

  /** The clock of this machine. */
  public BootClock(LongSupplier boottimeNanos) {
    this(boottimeNanos, OptionalLong.empty());
  }

  /** The clock of a recording; its now is the time that the recording was begun. */
  public static BootClock recorded(long startedNanos, long startedEpochNanos) {
    return new BootClock(() -> startedNanos, OptionalLong.of(startedEpochNanos - startedNanos));
  }

  /** When it happened, in UTC. */
  public Instant instantOf(long bootNanos) {
    return epochOffsetNanos.isPresent()
        ? Instant.EPOCH.plusNanos(bootNanos + epochOffsetNanos.getAsLong())
        : Instant.now().plusNanos(bootNanos - boottimeNanos.getAsLong());
  }

  /** Now, as the kernel programs see it. */
  public long now() {
    return boottimeNanos.getAsLong();
  }
}
