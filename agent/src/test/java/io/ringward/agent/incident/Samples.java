/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Action;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.FeatureContribution;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An incident with every field filled, for the tests of this package. */
final class Samples {
  static final long SECOND = 1_000_000_000L;
  static final BootClock CLOCK = new BootClock(() -> 100 * SECOND);

  private static final ProcessInfo SHELL =
      new ProcessInfo(
          new ProcessKey(5 * SECOND, 1000),
          ProcessKey.NONE,
          0,
          1,
          new FileIdentity(8 << 20 | 1, 12),
          0,
          "bash",
          "/bin/bash",
          List.of("-bash"));

  private static final ProcessInfo SCANNER =
      new ProcessInfo(
          new ProcessKey(90 * SECOND, 4711),
          SHELL.key(),
          -2,
          Long.MIN_VALUE + 7,
          new FileIdentity(259 << 20 | 3, Long.MIN_VALUE + 1),
          ExecFlag.MEMFD.bit() | ExecFlag.SETID.bit(),
          "scan",
          "/tmp/scan",
          List.of("scan", "--fast\u001b[31m", "10.0.0.0/8\n"));

  private Samples() {}

  static Incident incident(String id, long count, String outcome) {
    Finding finding =
        new Finding(
            Finding.Source.MODEL,
            "burst",
            Priority.WARNING,
            95 * SECOND,
            SCANNER,
            List.of(SHELL),
            "connect scan \"fast\"",
            0.93,
            List.of(
                new FeatureContribution("distinct_destinations", 250, 2, 0.8),
                new FeatureContribution("failures_per_second", Double.NaN, 0, 0.2)),
            Optional.empty(),
            List.of("T1046"));
    Verdict verdict =
        new Verdict(
            0xabcL,
            new Subject.ProcessTree(SCANNER.key()),
            Action.THROTTLE,
            Set.of(Operation.CONNECT, Operation.BIND),
            Optional.of(new TokenRate(10, 10)),
            95 * SECOND,
            395 * SECOND,
            95 * SECOND,
            false,
            "burst",
            "connect scan");
    return new Incident(
        id, 94 * SECOND, 95 * SECOND, count, finding, Optional.of(verdict), outcome);
  }
}
