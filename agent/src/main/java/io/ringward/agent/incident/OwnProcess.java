/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.util.List;

/** The agent itself as the process of an incident that is about nobody else. */
final class OwnProcess {
  private OwnProcess() {}

  static ProcessInfo info(long nowNanos, long pid) {
    return new ProcessInfo(
        new ProcessKey(nowNanos, Math.toIntExact(pid)),
        ProcessKey.NONE,
        0,
        0,
        new FileIdentity(0, 0),
        0,
        "ringward",
        "",
        List.of());
  }
}
