/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.kernel.Action;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.TokenRate;
import io.ringward.rules.Rule;
import io.ringward.rules.RuleAction;
import io.ringward.rules.event.EventContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a finding of a rule's match: the first thing on an event's way that is allocated. */
final class RuleFindings {
  private RuleFindings() {}

  static Finding of(
      Rule rule,
      EventContext event,
      long kernelTimeNanos,
      ProcessInfo process,
      List<ProcessInfo> ancestry,
      boolean degraded) {
    return new Finding(
        Finding.Source.RULE,
        rule.name(),
        rule.priority(),
        kernelTimeNanos,
        process,
        ancestry,
        rule.output().render(event),
        1.0,
        List.of(),
        proposal(rule.action()),
        degraded ? tagged(rule.tags()) : rule.tags());
  }

  private static List<String> tagged(List<String> tags) {
    List<String> all = new ArrayList<>(tags);
    all.add(Finding.DEGRADED);
    return all;
  }

  private static Optional<Finding.Proposal> proposal(RuleAction action) {
    return switch (action) {
      case RuleAction.Alert() -> Optional.empty();
      case RuleAction.Watch watch -> Optional.of(proposal(watch, Optional.empty()));
      case RuleAction.Throttle throttle ->
          Optional.of(proposal(action, Optional.of(throttle.rate())));
      case RuleAction.Block block -> Optional.of(proposal(block, Optional.empty()));
      case RuleAction.Kill kill -> Optional.of(proposal(kill, Optional.empty()));
    };
  }

  private static Finding.Proposal proposal(RuleAction action, Optional<TokenRate> rate) {
    Action rung = action.action();
    long nanos = action.duration().orElseThrow().toNanos();
    return new Finding.Proposal(rung, action.operations(), nanos, rate);
  }
}
