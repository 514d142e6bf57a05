/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.HookCounters;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether events are being lost: from one sample to the next, did any hook's drops or recursion
 * misses grow? One quiet sample is not the end: windows reach over samples. Not thread-safe.
 */
final class LossGauge {
  private static final int LATELY = 1;
  private static final int BEFORE = 2;

  private long lost = -1;
  private boolean lately;
  private boolean before;

  /** Takes the next sample. The first one only sets the mark: what was lost before is past. */
  void onSample(KernelSample sample) {
    long now = 0;
    for (HookCounters hook : sample.hooks()) {
      now += hook.droppedTotal() + hook.recursionMisses();
    }
    before = lately;
    lately = lost >= 0 && now > lost;
    lost = now;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(lost);
    out.writeByte((lately ? LATELY : 0) | (before ? BEFORE : 0));
  }

  void read(DataInput in) throws IOException {
    lost = in.readLong();
    int bits = in.readUnsignedByte();
    lately = (bits & LATELY) != 0;
    before = (bits & BEFORE) != 0;
  }

  /** Whether the last sample or the one before it showed a loss. */
  boolean losing() {
    return lately || before;
  }
}
