/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Action;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Operation;
import io.ringward.kernel.TokenRate;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How far the guardian may go, and for how long. Immutable; bad values are refused by name.
 *
 * @param mode whether verdicts are enforced at all
 * @param ruleCap the most that a rule gets, whatever it asks for
 * @param modelCap the most that a model gets: at most {@link Action#BLOCK}, since nothing that was
 *     only learned may freeze or kill
 * @param growth by how much the first, second, … verdict on a subject lasts longer than the
 *     proposal says; the last goes for all further ones
 * @param longestNanos no verdict lasts longer
 * @param strikesToEscalate repetitions that lead one step up
 * @param strikeSpacingNanos findings closer together than this are one repetition: a storm's early
 *     findings are one storm
 * @param decayNanos quiet time that leads one step down
 * @param muteNanos for how long a release by the operator mutes that detector on that subject;
 *     twice as long after each further release, at most a day
 * @param liveVerdicts verdicts in force on one subject at most (the kernel has room for {@link
 *     io.ringward.kernel.WireLayouts#VERDICT_SLOTS}, inherited ones included)
 * @param escalationRate the rate of a throttle that no proposal gave one for
 * @param enforceable what this host's rungs can do; only said, verdicts cover more
 * @param recoveryNanos without a finding and without a hit for so long, a verdict in force goes one
 *     step down
 * @param disarm when a rule or model is not obeyed any more
 */
public record Policy(
    Mode mode,
    Action ruleCap,
    Action modelCap,
    List<Integer> growth,
    long longestNanos,
    int strikesToEscalate,
    long strikeSpacingNanos,
    long decayNanos,
    long muteNanos,
    int liveVerdicts,
    TokenRate escalationRate,
    Enforceable enforceable,
    long recoveryNanos,
    DisarmPolicy disarm) {
  private static final long SECOND = 1_000_000_000L;
  private static final long DAY = 24 * 3600 * SECOND;

  /** Whether verdicts are enforced. */
  public enum Mode {
    /** All is computed and told as it would be, and nothing is refused. */
    SHADOW,
    ENFORCE
  }

  public Policy {
    Objects.requireNonNull(mode);
    Objects.requireNonNull(ruleCap);
    Objects.requireNonNull(escalationRate);
    Objects.requireNonNull(disarm);
    growth = List.copyOf(growth);
    Objects.requireNonNull(enforceable);
    if (modelCap.compareTo(Action.BLOCK) > 0) {
      throw new IllegalArgumentException(
          "a model may block at most, not " + modelCap.label() + ": only rules freeze and kill");
    }
    if (growth.isEmpty() || growth.getFirst() < 1) {
      throw new IllegalArgumentException("growth begins with a factor of at least 1: " + growth);
    }
    for (int i = 1; i < growth.size(); i++) {
      if (growth.get(i) < growth.get(i - 1)) {
        throw new IllegalArgumentException("growth never falls: " + growth);
      }
    }
    between("the longest duration", longestNanos, SECOND, DAY);
    between("strikes to escalate", strikesToEscalate, 1, 1000);
    between("the spacing of strikes", strikeSpacingNanos, 0, DAY);
    between("the decay", decayNanos, SECOND, DAY);
    between("the mute", muteNanos, 0, DAY);
    between("live verdicts", liveVerdicts, 1, 16);
    between("the recovery", recoveryNanos, SECOND, DAY);
  }

  /** The policy of a fresh installation: 1, 5, 15 times the proposal, an hour at most. */
  public static Policy standard(Mode mode) {
    return new Policy(
        mode,
        Action.KILL,
        Action.BLOCK,
        List.of(1, 5, 15),
        3600 * SECOND,
        3,
        2 * SECOND,
        300 * SECOND,
        600 * SECOND,
        3,
        new TokenRate(5, 10),
        Enforceable.of(Set.of(Operation.CONNECT, Operation.BIND)),
        60 * SECOND,
        DisarmPolicy.STANDARD);
  }

  /** The same in another mode. */
  public Policy withMode(Mode mode) {
    return new Policy(
        mode,
        ruleCap,
        modelCap,
        growth,
        longestNanos,
        strikesToEscalate,
        strikeSpacingNanos,
        decayNanos,
        muteNanos,
        liveVerdicts,
        escalationRate,
        enforceable,
        recoveryNanos,
        disarm);
  }

  /** The same with other caps. */
  public Policy withCaps(Action ruleCap, Action modelCap) {
    return new Policy(
        mode,
        ruleCap,
        modelCap,
        growth,
        longestNanos,
        strikesToEscalate,
        strikeSpacingNanos,
        decayNanos,
        muteNanos,
        liveVerdicts,
        escalationRate,
        enforceable,
        recoveryNanos,
        disarm);
  }

  /** The same with another disarmer. */
  public Policy withDisarm(DisarmPolicy disarm) {
    return new Policy(
        mode,
        ruleCap,
        modelCap,
        growth,
        longestNanos,
        strikesToEscalate,
        strikeSpacingNanos,
        decayNanos,
        muteNanos,
        liveVerdicts,
        escalationRate,
        enforceable,
        recoveryNanos,
        disarm);
  }

  /** The same on a host whose rungs can do this. */
  public Policy withEnforceable(Enforceable enforceable) {
    return new Policy(
        mode,
        ruleCap,
        modelCap,
        growth,
        longestNanos,
        strikesToEscalate,
        strikeSpacingNanos,
        decayNanos,
        muteNanos,
        liveVerdicts,
        escalationRate,
        enforceable,
        recoveryNanos,
        disarm);
  }

  /**
   * The highest step for a finding: a rule gets what it asks for; a model, on repetition, one step
   * more than it asks for; neither more than its cap.
   */
  public Action cap(Finding finding) {
    Action asked = finding.proposal().map(Finding.Proposal::action).orElse(Action.OBSERVE);
    return switch (finding.source()) {
      case RULE -> least(asked, ruleCap);
      case MODEL -> least(above(asked), modelCap);
    };
  }

  /** The step where a finding without a past begins: never over its cap. */
  public Action start(Finding finding) {
    Action asked = finding.proposal().map(Finding.Proposal::action).orElse(Action.OBSERVE);
    return switch (finding.source()) {
      case RULE -> least(asked, ruleCap);
      case MODEL -> least(least(asked, Action.THROTTLE), modelCap);
    };
  }

  /** The next step of the ladder; the top is its own next. */
  static Action above(Action action) {
    return switch (action) {
      case OBSERVE -> Action.WATCH;
      case WATCH -> Action.THROTTLE;
      case THROTTLE -> Action.BLOCK;
      case BLOCK -> Action.FREEZE;
      case FREEZE, KILL -> Action.KILL;
    };
  }

  /** The step below; the bottom is its own. */
  static Action below(Action action) {
    return switch (action) {
      case OBSERVE, WATCH -> Action.OBSERVE;
      case THROTTLE -> Action.WATCH;
      case BLOCK -> Action.THROTTLE;
      case FREEZE -> Action.BLOCK;
      case KILL -> Action.FREEZE;
    };
  }

  static Action least(Action one, Action other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  /** How long the verdict after so many others lasts. */
  long durationNanos(long proposedNanos, int offences) {
    int factor = growth.get(Math.min(offences, growth.size() - 1));
    return proposedNanos > longestNanos / factor
        ? longestNanos
        : Math.min(longestNanos, proposedNanos * factor);
  }

  /** How long the release after so many others mutes. */
  long muteNanos(int releases) {
    long nanos = muteNanos;
    for (int i = 0; i < releases && nanos < DAY; i++) {
      nanos *= 2;
    }
    return Math.min(nanos, DAY);
  }

  private static void between(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(what + " is " + least + " to " + most + ", not " + value);
    }
  }
}
