/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Action;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Finding.Proposal;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Operation.Unit;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.Subject;
import io.ringward.kernel.TokenRate;
import io.ringward.kernel.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ladder: observe, watch, throttle, block, freeze, kill. A pure function, without state.
 *
 * <p>A finding begins as low as its evidence and the policy allow: a rule at what it asks for, a
 * model at watch or throttle. Each further finding at least {@link Policy#strikeSpacingNanos} after
 * the last is a strike; {@link Policy#strikesToEscalate} of them lead one step up, never over
 * {@link Policy#cap}. Quiet time leads down again. Each verdict ends; the next one on the same
 * subject lasts longer, up to {@link Policy#longestNanos}. While a verdict is in force no other of
 * the same detector is made, unless it is stronger or the first one has less than a quarter of its
 * time left. While behaviour under a verdict has recovered the verdict itself goes down, step by
 * step. Whoever is protected gets none, and whom an operator released gets none until the mute is
 * over.
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
    return decide(state, finding, finding.process(), 0, policy, protection, nowNanos, verdictId);
  }

  /**
   * Decides about a process that a finding is put down to: the one it names, or an ancestor whose
   * tree is under a verdict already.
   *
   * @param subject the process; protected as well as the finding's own
   * @param leaning what operators have taught of this detector and program, see {@link
   *     FeedbackBook}: over 0 a model needs a higher score, and a rule gets so many steps less;
   *     below 0 a model begins so many steps higher, and a rule's verdict lasts as after so many
   *     more offences
   */
  public static Ruling decide(
      SubjectState state,
      Finding finding,
      ProcessInfo subject,
      int leaning,
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
    if (finding.source() == Finding.Source.MODEL && finding.score() < neededScore(leaning)) {
      return Ruling.nothing(
          tree,
          state.with(source, nowNanos),
          String.format(
              Locale.ROOT,
              "alert only: called a false positive on this program before, now a score of %.2f is"
                  + " needed",
              neededScore(leaning)));
    }
    Action cap = cap(finding, leaning, policy);
    SourceState stepped =
        step(source, cap, Policy.least(start(finding, leaning, policy), cap), policy, nowNanos);
    if (stepped.level() == Action.OBSERVE) {
      return Ruling.nothing(
          tree,
          state.with(stepped, nowNanos),
          leaning > 0 && policy.cap(finding) != Action.OBSERVE
              ? "alert only: called a false positive on this program before"
              : "the policy allows to observe only");
    }
    return issue(state, stepped, finding, leaning, tree, policy, nowNanos, verdictId);
  }

  /**
   * What becomes of a subject when an operator releases a verdict on it. One that he confirms was
   * right: nothing is muted and the step is kept.
   */
  public static SubjectState released(
      SubjectState state, long verdictId, Feedback feedback, Policy policy, long nowNanos) {
    return state
        .holder(verdictId)
        .map(source ->
            switch (feedback) {
              case NONE, FALSE_POSITIVE -> source.released(policy, nowNanos);
              case CONFIRMED -> source.withdrawn();
            })
        .map(source -> state.with(source, nowNanos))
        .orElse(state);
  }

  /** What becomes of a subject when a verdict could not be put in force, or ended by itself. */
  public static SubjectState withdrawn(SubjectState state, long verdictId, long nowNanos) {
    return state
        .holder(verdictId)
        .map(source -> state.with(source.withdrawn(), nowNanos))
        .orElse(state);
  }

  /**
   * Whether behaviour under a verdict has recovered: neither a finding of its detector nor a hit in
   * the kernel for {@link Policy#recoveryNanos}. What a rule's author asked for is kept in full,
   * only what repetition added is eased; who is frozen cannot misbehave, so that proves nothing.
   *
   * @param sinceNanos when events were last lost: quiet before that proves nothing either
   */
  static boolean isRecovered(SourceState source, Policy policy, long sinceNanos, long nowNanos) {
    Optional<Verdict> live = source.live(nowNanos);
    if (live.isEmpty() || source.cause().firmUntilNanos() > nowNanos) {
      return false;
    }
    return switch (live.get().action()) {
      case OBSERVE, FREEZE, KILL -> false;
      case WATCH, THROTTLE, BLOCK -> {
        long quiet = Math.max(live.get().issuedNanos(), source.lastFindingNanos());
        quiet = Math.max(Math.max(quiet, source.cause().lastHitNanos()), sinceNanos);
        yield nowNanos - quiet >= policy.recoveryNanos();
      }
    };
  }

  /**
   * The next lower verdict after one whose subject has recovered; none below watch. It ends when
   * the stronger one would have ended.
   */
  static Optional<Verdict> eased(Verdict live, Policy policy, long nowNanos, long verdictId) {
    Action action = Policy.below(live.action());
    if (action == Action.OBSERVE) {
      return Optional.empty();
    }
    return Optional.of(
        new Verdict(
            verdictId,
            live.subject(),
            action,
            covered(action, live.operations()),
            action == Action.THROTTLE
                ? Optional.of(escalationRate(policy, live.operations()))
                : Optional.empty(),
            nowNanos,
            live.expiryNanos(),
            0,
            live.shadow(),
            live.persist(),
            live.source(),
            live.reason()));
  }

  /** A model's score that leads to a verdict: 0 untaught, then 0.75, 0.875, 0.9375. */
  private static double neededScore(int leaning) {
    return leaning <= 0 ? 0 : 1 - Math.pow(0.5, leaning + 1);
  }

  private static Action cap(Finding finding, int leaning, Policy policy) {
    Action cap = policy.cap(finding);
    return switch (finding.source()) {
      case RULE -> {
        for (int i = 0; i < leaning; i++) {
          cap = Policy.below(cap);
        }
        yield cap;
      }
      case MODEL -> cap;
    };
  }

  private static Action start(Finding finding, int leaning, Policy policy) {
    Action start = policy.start(finding);
    return switch (finding.source()) {
      case RULE -> start;
      case MODEL -> {
        for (int i = leaning; i < 0 && start != Action.OBSERVE; i++) {
          start = Policy.above(start);
        }
        yield start;
      }
    };
  }

  private static SourceState step(
      SourceState source, Action cap, Action start, Policy policy, long nowNanos) {
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
      int leaning,
      Subject tree,
      Policy policy,
      long nowNanos,
      long verdictId) {
    Proposal proposal = finding.proposal().orElseThrow();
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
    int sureness = finding.source() == Finding.Source.RULE ? Math.max(0, -leaning) : 0;
    long duration = policy.durationNanos(proposal.durationNanos(), source.offences() + sureness);
    Action action = source.level();
    Optional<TokenRate> rate =
        action == Action.THROTTLE
            ? proposal.rate().or(() -> Optional.of(escalationRate(policy, proposal.operations())))
            : Optional.empty();
    boolean shadow = policy.mode() == Policy.Mode.SHADOW;
    Verdict verdict =
        new Verdict(
            verdictId,
            tree,
            action,
            covered(action, proposal.operations()),
            rate,
            nowNanos,
            nowNanos + duration,
            finding.kernelTimeNanos(),
            shadow,
            finding.detector(),
            finding.summary());
    return new Ruling(
        tree,
        state.with(source.issued(verdict, VerdictCause.of(finding, nowNanos)), nowNanos),
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

  /** One rate is for one unit: of several, a throttle covers what is counted one by one. */
  private static Set<Operation> covered(Action action, Set<Operation> operations) {
    return action == Action.THROTTLE && Operation.unit(operations).isEmpty()
        ? operations.stream()
            .filter(operation -> operation.unit() == Unit.OPERATIONS)
            .collect(Collectors.toUnmodifiableSet())
        : operations;
  }

  private static TokenRate escalationRate(Policy policy, Set<Operation> operations) {
    Unit unit = Operation.unit(operations).orElse(Unit.OPERATIONS);
    return unit == Unit.OPERATIONS ? policy.escalationRate() : TokenRate.unlessNamed(unit);
  }

  /** Which of a verdict's operations this host can act on, when that is not all. */
  private static String reach(Action action, Set<Operation> operations, Enforceable enforceable) {
    return switch (action) {
      case OBSERVE, WATCH, FREEZE, KILL -> "";
      case THROTTLE -> reach(operations, enforceable.throttle(), "throttle", "throttles");
      case BLOCK -> reach(operations, enforceable.block(), "refuse", "refuses");
    };
  }

  private static String reach(
      Set<Operation> operations, Set<Operation> reachable, String infinitive, String verb) {
    List<String> here = labels(operations, reachable, true);
    List<String> missing = labels(operations, reachable, false);
    if (missing.isEmpty()) {
      return "";
    }
    return here.isEmpty()
        ? "; this kernel's rung can " + infinitive + " none of it: " + String.join(", ", missing)
        : "; this kernel's rung "
            + verb
            + " "
            + String.join(", ", here)
            + ", and not "
            + String.join(", ", missing);
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
