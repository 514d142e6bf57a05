/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Action;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Finding.Proposal;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.TokenRate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Findings and processes to decide about. */
final class Cases {
  static final long SECOND = 1_000_000_000L;
  static final long MINUTE = 60 * SECOND;
  static final FileIdentity SSHD = new FileIdentity(8, 22);
  static final ProcessInfo INIT = process(1, 0, new FileIdentity(8, 1));
  static final ProcessInfo SERVER = process(22, 0, SSHD);
  static final ProcessInfo AGENT = process(77, 0, new FileIdentity(8, 7));
  static final ProcessInfo SHELL = process(100, 1000, new FileIdentity(8, 10));
  static final ProcessInfo SCANNER = process(101, 1000, new FileIdentity(8, 11));
  static final Protection PROTECTION =
      new Protection(Map.of(AGENT.key(), "the agent"), Map.of(SSHD, "sshd"));

  private Cases() {}

  static ProcessInfo process(int pid, int uid, FileIdentity file) {
    return new ProcessInfo(
        new ProcessKey(pid * SECOND, pid),
        ProcessKey.NONE,
        uid,
        5,
        file,
        0,
        "p" + pid,
        "/bin/p" + pid,
        List.of());
  }

  static Finding model(ProcessInfo process, String detector, Action asks) {
    return finding(Finding.Source.MODEL, process, detector, asks, MINUTE);
  }

  static Finding rule(ProcessInfo process, String detector, Action asks, long durationNanos) {
    return finding(Finding.Source.RULE, process, detector, asks, durationNanos);
  }

  static Finding finding(
      Finding.Source source,
      ProcessInfo process,
      String detector,
      Action asks,
      long durationNanos) {
    Optional<Proposal> proposal =
        asks == Action.OBSERVE
            ? Optional.empty()
            : Optional.of(
                new Proposal(
                    asks,
                    Set.of(Operation.CONNECT, Operation.FORK),
                    durationNanos,
                    asks == Action.THROTTLE ? Optional.of(new TokenRate(2, 5)) : Optional.empty()));
    return new Finding(
        source,
        detector,
        Priority.WARNING,
        12,
        process,
        process.equals(SCANNER) ? List.of(SHELL, SERVER, INIT) : List.of(INIT),
        detector + " saw something",
        source == Finding.Source.RULE ? 1 : 0.8,
        List.of(),
        proposal,
        List.of());
  }
}
