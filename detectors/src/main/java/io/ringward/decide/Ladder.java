/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Action;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Finding.Proposal;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The ladder: observe, watch, throttle, block, freeze, kill. A pure function, without state.
 *
 * <p>A finding begins as low as its evidence and the policy allow: a rule at what it asks for, a
 * model at watch or throttle. Each further finding at least {@link Policy#strikeSpacingNanos} after
 * the last is a strike; {@link Policy#strikesToEscalate} of them lead one step up, never over
 * {@link Policy#cap}. Quiet time leads down again. Each verdict ends; the next one on the same
 * subject lasts longer, up to {@link Policy#longestNanos}. While a verdict is in force no other of
 * the same detector is made, unless it is stronger or the first one has less than a quarter of its
 * time left. Whoever is protected gets none, and whom an operator released gets none until the mute
 * is over.
 */
public final class Ladder {
  private Ladder() {}

  /**
   * Decides about the finding's own process.
   *
   * @param verdictId the id of the verdict, if there is one; unique on this machine since boot
   */
  public static Ruling decide(
      SubjectState state,
      Finding finding,
      Policy policy,
      Protection protection,
      long nowNanos,
      long verdictId) {
    return decide(state, finding, finding.process(), policy, protection, nowNanos, verdictId);
  }

  /**
   * Decides about a process that a finding is put down to: the one it names, or an ancestor whose
   * tree is under a verdict already.
   *
   * @param subject the process; protected as well as the finding's own
   */
  public static Ruling decide(
      SubjectState state,
      Finding finding,
      ProcessInfo subject,
      Policy policy,
      Protection protection,
      long nowNanos,
      long verdictId) {
    if (!subject.key().isPresent()) {
      throw new IllegalArgumentException("a finding is about a process, and this key names none");
    }
    Subject tree = new Subject.ProcessTree(subject.key());
    Optional<String> why = protection.why(subject).or(() -> protection.why(finding.process()));
    if (why.isPresent()) {
      return Ruling.nothing(tree, state, "protected: " + why.get());
    }
    SourceState source =
        state
            .source(finding.detector())
            .orElseGet(() -> SourceState.fresh(finding.detector(), nowNanos))
            .decayed(policy, nowNanos)
            .seen(nowNanos);
    if (finding.proposal().isEmpty()) {
      return Ruling.nothing(tree, state.with(source, nowNanos), "alert only");
    }
    if (source.mutedUntilNanos() > nowNanos) {
      return Ruling.nothing(
          tree,
          state.with(source, nowNanos),
          "released by an operator: muted for "
              + Durations.text(source.mutedUntilNanos() - nowNanos)
              + " more");
    }
    SourceState stepped = step(source, finding, policy, nowNanos);
    if (stepped.level() == Action.OBSERVE) {
      return Ruling.nothing(
          tree, state.with(stepped, nowNanos), "the policy allows to observe only");
    }
    return issue(
        state, stepped, finding, finding.proposal().get(), tree, policy, nowNanos, verdictId);
  }

  /** What becomes of a subject when an operator releases a verdict on it. */
  public static SubjectState released(
      SubjectState state, long verdictId, Policy policy, long nowNanos) {
    for (SourceState source : state.sources()) {
      if (source.latest().filter(verdict -> verdict.id() == verdictId).isPresent()) {
        return state.with(source.released(policy, nowNanos), nowNanos);
      }
    }
    return state;
  }

  /** What becomes of a subject when a verdict could not be put in force, or ended by itself. */
  public static SubjectState withdrawn(SubjectState state, long verdictId, long nowNanos) {
    for (SourceState source : state.sources()) {
      if (source.latest().filter(verdict -> verdict.id() == verdictId).isPresent()) {
        return state.with(source.withdrawn(), nowNanos);
      }
    }
    return state;
  }

  private static SourceState step(
      SourceState source, Finding finding, Policy policy, long nowNanos) {
    Action cap = policy.cap(finding);
    Action start = policy.start(finding);
    if (source.level() == Action.OBSERVE) {
      return source.at(start, 0, nowNanos);
    }
    Action level = source.level();
    int strikes = source.strikes();
    long lastStrike = source.lastStrikeNanos();
    if (nowNanos - lastStrike >= policy.strikeSpacingNanos()) {
      strikes++;
      lastStrike = nowNanos;
      if (strikes >= policy.strikesToEscalate() && level.compareTo(cap) < 0) {
        level = Policy.above(level);
        strikes = 0;
      }
    }
    level = level.compareTo(start) < 0 ? start : level;
    return source.at(Policy.least(level, cap), Math.min(strikes, 1000), lastStrike);
  }

  private static Ruling issue(
      SubjectState state,
      SourceState source,
      Finding finding,
      Proposal proposal,
      Subject tree,
      Policy policy,
      long nowNanos,
      long verdictId) {
    Optional<Verdict> live = source.live(nowNanos);
    if (live.isPresent() && isEnough(live.get(), source.level(), nowNanos)) {
      return Ruling.nothing(
          tree,
          state.with(source, nowNanos),
          "already under verdict "
              + live.get().idText()
              + ": "
              + live.get().action().label()
              + " for "
              + Durations.text(live.get().expiryNanos() - nowNanos)
              + " more");
    }
    List<Verdict> others =
        state.live(nowNanos).stream()
            .filter(verdict -> live.isEmpty() || verdict.id() != live.get().id())
            .toList();
    if (others.size() >= policy.liveVerdicts()) {
      return Ruling.nothing(
          tree,
          state.with(source, nowNanos),
          "no further verdict: " + others.size() + " are in force on it already");
    }
    long duration = policy.durationNanos(proposal.durationNanos(), source.offences());
    Action action = source.level();
    Optional<TokenRate> rate =
        action == Action.THROTTLE
            ? proposal.rate().or(() -> Optional.of(policy.escalationRate()))
            : Optional.empty();
    boolean shadow = policy.mode() == Policy.Mode.SHADOW;
    Verdict verdict =
        new Verdict(
            verdictId,
            tree,
            action,
            proposal.operations(),
            rate,
            nowNanos,
            nowNanos + duration,
            finding.kernelTimeNanos(),
            shadow,
            finding.detector(),
            finding.summary());
    return new Ruling(
        tree,
        state.with(source.issued(verdict), nowNanos),
        Optional.of(verdict),
        live.map(v -> OptionalLong.of(v.id())).orElse(OptionalLong.empty()),
        (shadow ? "shadow: would " : "")
            + action.label()
            + " for "
            + Durations.text(duration)
            + reach(action, proposal.operations(), policy.enforceable()));
  }

  /**
   * A verdict does when it is stronger than wanted, or as strong with a quarter of its time left.
   */
  private static boolean isEnough(Verdict live, Action wanted, long nowNanos) {
    long left = live.expiryNanos() - nowNanos;
    int stronger = live.action().compareTo(wanted);
    return stronger > 0 || (stronger == 0 && left >= (live.expiryNanos() - live.issuedNanos()) / 4);
  }

  /** Which of a verdict's operations this host can refuse, when that is not all. */
  private static String reach(
      Action action, Set<Operation> operations, Set<Operation> enforceable) {
    return switch (action) {
      case OBSERVE, WATCH, FREEZE, KILL -> "";
      case THROTTLE, BLOCK -> {
        List<String> here = labels(operations, enforceable, true);
        List<String> missing = labels(operations, enforceable, false);
        if (missing.isEmpty()) {
          yield "";
        }
        yield here.isEmpty()
            ? "; this kernel's rung can refuse none of it: " + String.join(", ", missing)
            : "; this kernel's rung refuses "
                + String.join(", ", here)
                + ", and not "
                + String.join(", ", missing);
      }
    };
  }

  private static List<String> labels(
      Set<Operation> operations, Set<Operation> enforceable, boolean can) {
    return operations.stream()
        .filter(operation -> enforceable.contains(operation) == can)
        .sorted()
        .map(Operation::label)
        .toList();
  }
}
