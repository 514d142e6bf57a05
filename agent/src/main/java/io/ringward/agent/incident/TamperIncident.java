/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Priority;
import io.ringward.loader.Tampering;
import java.util.List;
import java.util.Optional;

/** What people are told when somebody has tampered with the guardian itself. */
public final class TamperIncident {
  /** The detector that such incidents name. */
  public static final String DETECTOR = "Ringward tampered with";

  private TamperIncident() {}

  /**
   * A new one.
   *
   * @param nowNanos {@code CLOCK_BOOTTIME}
   * @param number makes the id unique among those of one moment
   * @param pid of the agent
   */
  public static Incident of(Tampering tampering, long nowNanos, int number, long pid) {
    Finding finding =
        new Finding(
            Finding.Source.RULE,
            DETECTOR,
            tampering.restored() ? Priority.CRITICAL : Priority.ALERT,
            nowNanos,
            OwnProcess.info(nowNanos, pid),
            List.of(),
            tampering.what(),
            1,
            List.of(),
            Optional.empty(),
            List.of("T1562.001", tampering.kind().label()));
    return new Incident(
        "tamper-" + Long.toHexString(nowNanos) + "-" + number,
        nowNanos,
        nowNanos,
        1,
        finding,
        Optional.empty(),
        outcome(tampering));
  }

  private static String outcome(Tampering tampering) {
    return switch (tampering.kind()) {
      case ATTACK_REFUSED -> tampering.restored() ? "refused" : "let through, in shadow mode";
      case HOOK_DETACHED, VERDICT_DELETED, SUBJECT_UNMARKED, AGENT_STOPPED ->
          tampering.restored() ? "put back as it was" : "not put back";
    };
  }
}
