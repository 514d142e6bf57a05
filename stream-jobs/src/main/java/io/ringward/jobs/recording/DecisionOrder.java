/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.memory.StateExchange.Input;
import java.util.Arrays;

/** From which input the decide operator took, item by item, as runs. Not thread-safe. */
final class DecisionOrder {
  private long[] runs = new long[64];
  private int count;
  private boolean firstScored;

  // Where a replay stands.
  private int at;
  private long used;
  private boolean lost;

  /** Adds what was recorded next. */
  void add(boolean scored, long length) {
    if (count == 0) {
      firstScored = scored;
    }
    boolean lastScored = firstScored ^ (count - 1) % 2 != 0;
    if (count > 0 && scored == lastScored) {
      runs[count - 1] += length;
      return;
    }
    if (count == runs.length) {
      runs = Arrays.copyOf(runs, count * 2);
    }
    runs[count++] = length;
  }

  Input next() {
    if (lost || at == count) {
      return Input.UNKNOWN;
    }
    return firstScored ^ at % 2 != 0 ? Input.SCORE : Input.STAGE;
  }

  /** An item was taken; from the other input than was recorded, the rest is worth nothing. */
  void took(Input input) {
    if (next() != input) {
      lost = true;
      return;
    }
    if (++used == runs[at]) {
      at++;
      used = 0;
    }
  }
}
