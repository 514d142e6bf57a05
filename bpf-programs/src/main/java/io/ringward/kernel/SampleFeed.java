/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/** The other way in: what the kernel aggregates in maps, read about once a second. Thread-safe. */
@FunctionalInterface
public interface SampleFeed {
  /** Reads all counters now, by batch calls: milliseconds, not for the hot path. */
  KernelSample read();
}
