/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Priority;
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
    Finding finding =
        new Finding(
            Finding.Source.RULE,
            "ringward-test",
            Priority.NOTICE,
            nowNanos,
            OwnProcess.info(nowNanos, pid),
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
