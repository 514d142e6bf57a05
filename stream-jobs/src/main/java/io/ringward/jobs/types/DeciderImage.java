/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import java.util.Objects;

/**
 * What a {@link io.ringward.decide.Decider} wrote of itself, and in which boot: its times and
 * processes mean nothing in another one.
 *
 * @param bytes by {@link io.ringward.decide.Decider#write}; not changed by anybody
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; copied once, into the checkpoint.
public record DeciderImage(String bootId, byte[] bytes) {
  public DeciderImage {
    Objects.requireNonNull(bootId);
    Objects.requireNonNull(bytes);
  }
}
