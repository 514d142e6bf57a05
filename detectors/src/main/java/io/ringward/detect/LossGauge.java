/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.HookCounters;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether events are being lost: from one sample to the next, did any hook's drops or recursion
 * misses grow? Not thread-safe.
 */
final class LossGauge {
  private long lost = -1;
  private boolean losing;

  /** Takes the next sample. The first one only sets the mark: what was lost before is past. */
  void onSample(KernelSample sample) {
    long now = 0;
    for (HookCounters hook : sample.hooks()) {
      now += hook.droppedTotal() + hook.recursionMisses();
    }
    losing = lost >= 0 && now > lost;
    lost = now;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(lost);
    out.writeBoolean(losing);
  }

  void read(DataInput in) throws IOException {
    lost = in.readLong();
    losing = in.readBoolean();
  }

  /** Whether the last sample showed a loss. */
  boolean losing() {
    return losing;
  }
}
