/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.MemorySegment;

/** Takes the records of a ring buffer, one after another, in place. */
@FunctionalInterface
public interface RecordHandler {
  /**
   * Handles one record. The memory is the ring itself: decode or copy before returning, since the
   * kernel may write there afterwards.
   *
   * @param data the whole ring, read-only; keep neither it nor a slice of it
   * @param offset where the record's payload starts, a multiple of 8
   * @param length of the payload in bytes
   */
  void onRecord(MemorySegment data, long offset, int length);
}
