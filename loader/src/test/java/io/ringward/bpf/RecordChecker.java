/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;

/**
 * Checks the content of the records that the test program {@code produce} makes, and their order.
 */
final class RecordChecker implements RecordHandler {
  private long lastSequence;
  private long records;
  private long bytes;

  @Override
  public void onRecord(MemorySegment data, long offset, int length) {
    long sequence = data.get(JAVA_LONG, offset);
    assertTrue(sequence > lastSequence, () -> sequence + " after " + lastSequence);
    assertEquals(length, data.get(JAVA_INT, offset + 8));
    assertEquals(0, data.get(JAVA_INT, offset + 12) & (length == 17 ? 0 : -1));
    assertEquals((byte) (sequence ^ 0x5a), data.get(JAVA_BYTE, offset + length - 1));
    lastSequence = sequence;
    records++;
    bytes += length;
  }

  long lastSequence() {
    return lastSequence;
  }

  long records() {
    return records;
  }

  long bytes() {
    return bytes;
  }
}
