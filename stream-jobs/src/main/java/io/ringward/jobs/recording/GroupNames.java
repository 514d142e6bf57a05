/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.KernelSample;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which cgroups have which names: kernel events carry ids, and at a replay nobody is there to ask.
 * All are asked for at the beginning, and again when an id turns up that was not among them. Not
 * thread-safe.
 */
final class GroupNames {
  private static final int MOST = 1 << 16;
  private static final long ASK_AGAIN_NANOS = 1_000_000_000L;

  private final Supplier<Map<Long, String>> ask;
  private final Map<Long, String> written = new HashMap<>();
  private final Set<Long> unknown = new HashSet<>();
  private long lastId;
  private boolean due = true;
  private long askedNanos;

  GroupNames(Supplier<Map<Long, String>> ask) {
    this.ask = ask;
  }

  void see(long id) {
    if (id != lastId) {
      lastId = id;
      due |= !written.containsKey(id) && unknown.size() < MOST && unknown.add(id);
    }
  }

  void see(KernelSample sample) {
    sample.controlGroups().forEach(group -> see(group.cgroupId()));
  }

  /** Writes those that are new, when it is time to ask; nothing when there are none. */
  void take(long nowNanos, CompactOutput out) throws IOException {
    out.clear();
    if (!due || (askedNanos != 0 && nowNanos - askedNanos < ASK_AGAIN_NANOS)) {
      return;
    }
    due = false;
    askedNanos = nowNanos;
    DataOutputStream data = new DataOutputStream(out);
    for (Map.Entry<Long, String> entry : ask.get().entrySet()) {
      if (written.size() < MOST && written.putIfAbsent(entry.getKey(), entry.getValue()) == null) {
        out.unsigned(entry.getKey());
        ContractCodec.writeText(entry.getValue(), data);
      }
    }
  }
}
