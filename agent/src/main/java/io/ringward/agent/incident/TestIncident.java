/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.util.List;
import java.util.Optional;

/** The incident of {@code ringward incidents test}: marked as one wherever it arrives. */
public final class TestIncident {
  /** What its id begins with. */
  static final String PREFIX = "test-";

  private TestIncident() {}

  /**
   * A new one.
   *
   * @param nowNanos {@code CLOCK_BOOTTIME}
   * @param pid of the agent
   */
  public static Incident of(long nowNanos, long pid) {
    ProcessInfo process =
        new ProcessInfo(
            new ProcessKey(nowNanos, Math.toIntExact(pid)),
            ProcessKey.NONE,
            0,
            0,
            new FileIdentity(0, 0),
            0,
            "ringward",
            "",
            List.of());
    Finding finding =
        new Finding(
            Finding.Source.RULE,
            "ringward-test",
            Priority.NOTICE,
            nowNanos,
            process,
            List.of(),
            "a test: nothing has happened, an operator asked for this message",
            1,
            List.of(),
            Optional.empty(),
            List.of("test"));
    return new Incident(
        PREFIX + Long.toHexString(nowNanos),
        nowNanos,
        nowNanos,
        1,
        finding,
        Optional.empty(),
        "nothing was done");
  }
}
