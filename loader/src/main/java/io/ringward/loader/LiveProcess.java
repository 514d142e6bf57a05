/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessKey;

/**
 * One process as a task iterator saw it. Mirrors {@code struct rw_process_record}.
 *
 * @param parent who forked it, or who is its parent now where that is not known
 */
record LiveProcess(
    ProcessKey key,
    ProcessKey parent,
    long cgroupId,
    FileIdentity executable,
    int execFlags,
    int uid,
    Mark mark,
    String comm) {

  /** What the iterator did with it. Mirrors {@code enum rw_mark} by ordinal. */
  enum Mark {
    NONE,
    NEW,
    PRESENT,
    NO_SLOT,
    MAP_FULL,
    PROTECTED;

    private static final Mark[] BY_WIRE = values();

    static Mark ofWire(int wire) {
      if (wire < 0 || wire >= BY_WIRE.length) {
        throw new IllegalArgumentException("unknown mark " + wire);
      }
      return BY_WIRE[wire];
    }
  }
}
