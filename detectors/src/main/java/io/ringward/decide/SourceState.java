/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Action;
import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * Where one detector stands with one subject. Immutable.
 *
 * @param detector the rule or model
 * @param level the step of the ladder
 * @param strikes repetitions on this step
 * @param lastStrikeNanos when the last one was counted
 * @param lastFindingNanos when it last found something; quiet time counts from here
 * @param offences verdicts so far, less those that quiet time took off
 * @param releases how often an operator released one
 * @param mutedUntilNanos no verdict before this
 * @param latest the latest verdict; in force until its expiry
 * @param cause what the latest verdict came of
 */
public record SourceState(
    String detector,
    Action level,
    int strikes,
    long lastStrikeNanos,
    long lastFindingNanos,
    int offences,
    int releases,
    long mutedUntilNanos,
    Optional<Verdict> latest,
    VerdictCause cause) {
  public SourceState {
    Objects.requireNonNull(detector);
    Objects.requireNonNull(level);
    Objects.requireNonNull(latest);
    Objects.requireNonNull(cause);
  }

  static SourceState fresh(String detector, long nowNanos) {
    return new SourceState(
        detector,
        Action.OBSERVE,
        0,
        nowNanos,
        nowNanos,
        0,
        0,
        Long.MIN_VALUE,
        Optional.empty(),
        VerdictCause.NONE);
  }

  /** The verdict in force now. */
  public Optional<Verdict> live(long nowNanos) {
    return latest.filter(verdict -> verdict.expiryNanos() > nowNanos);
  }

  /** What quiet time has left: one step, and one offence, for each {@link Policy#decayNanos}. */
  SourceState decayed(Policy policy, long nowNanos) {
    long steps = Math.max(0, nowNanos - lastFindingNanos) / policy.decayNanos();
    if (steps == 0) {
      return this;
    }
    Action level = this.level;
    for (long i = 0; i < steps && level != Action.OBSERVE; i++) {
      level = Policy.below(level);
    }
    return new SourceState(
        detector,
        level,
        0,
        lastStrikeNanos,
        lastFindingNanos + steps * policy.decayNanos(),
        (int) Math.max(0, offences - steps),
        releases,
        mutedUntilNanos,
        latest,
        cause);
  }

  SourceState seen(long nowNanos) {
    return new SourceState(
        detector,
        level,
        strikes,
        lastStrikeNanos,
        Math.max(lastFindingNanos, nowNanos),
        offences,
        releases,
        mutedUntilNanos,
        latest,
        cause);
  }

  SourceState at(Action level, int strikes, long lastStrikeNanos) {
    return new SourceState(
        detector,
        level,
        strikes,
        lastStrikeNanos,
        lastFindingNanos,
        offences,
        releases,
        mutedUntilNanos,
        latest,
        cause);
  }

  SourceState issued(Verdict verdict, VerdictCause cause) {
    return new SourceState(
        detector,
        level,
        strikes,
        lastStrikeNanos,
        lastFindingNanos,
        Math.min(offences, 1000) + 1,
        releases,
        mutedUntilNanos,
        Optional.of(verdict),
        cause);
  }

  SourceState released(Policy policy, long nowNanos) {
    return new SourceState(
        detector,
        Action.OBSERVE,
        0,
        lastStrikeNanos,
        lastFindingNanos,
        offences,
        Math.min(releases, 1000) + 1,
        nowNanos + policy.muteNanos(releases),
        Optional.empty(),
        VerdictCause.NONE);
  }

  /** The kernel reported hits of the verdict. */
  SourceState hit(long nowNanos) {
    return new SourceState(
        detector,
        level,
        strikes,
        lastStrikeNanos,
        lastFindingNanos,
        offences,
        releases,
        mutedUntilNanos,
        latest,
        cause.hit(nowNanos));
  }

  /** On a lower step, under the weaker verdict or under none. */
  SourceState eased(Action level, Optional<Verdict> weaker) {
    return new SourceState(
        detector,
        level,
        0,
        lastStrikeNanos,
        lastFindingNanos,
        offences,
        releases,
        mutedUntilNanos,
        weaker,
        cause);
  }

  /** As if the verdict had never been given: whoever asked for it was disarmed. */
  SourceState retracted() {
    return new SourceState(
        detector,
        Action.OBSERVE,
        0,
        lastStrikeNanos,
        lastFindingNanos,
        Math.max(0, offences - 1),
        releases,
        mutedUntilNanos,
        Optional.empty(),
        VerdictCause.NONE);
  }

  /** Without its verdict: it could not be put in force, or its subject is gone. */
  SourceState withdrawn() {
    return new SourceState(
        detector,
        level,
        strikes,
        lastStrikeNanos,
        lastFindingNanos,
        offences,
        releases,
        mutedUntilNanos,
        Optional.empty(),
        cause);
  }

  /** Whether nothing is left to remember. */
  boolean isOver(Policy policy, long nowNanos) {
    SourceState now = decayed(policy, nowNanos);
    return now.level() == Action.OBSERVE
        && now.offences() == 0
        && now.mutedUntilNanos() <= nowNanos
        && now.live(nowNanos).isEmpty()
        && nowNanos - lastFindingNanos >= policy.decayNanos();
  }

  void write(DataOutput out) throws IOException {
    ContractCodec.writeText(detector, out);
    out.writeByte(level.wire());
    out.writeInt(strikes);
    out.writeLong(lastStrikeNanos);
    out.writeLong(lastFindingNanos);
    out.writeInt(offences);
    out.writeInt(releases);
    out.writeLong(mutedUntilNanos);
    ContractCodec.writeOptional(latest, ContractCodec::writeVerdict, out);
    cause.write(out);
  }

  static SourceState read(DataInput in, int version) throws IOException {
    return new SourceState(
        ContractCodec.readText(in),
        ContractCodec.readEnum(in, Action.values()),
        Math.clamp(in.readInt(), 0, 1000),
        in.readLong(),
        in.readLong(),
        Math.clamp(in.readInt(), 0, 1001),
        Math.clamp(in.readInt(), 0, 1001),
        in.readLong(),
        ContractCodec.readOptional(in, ContractCodec::readVerdict),
        version < 2 ? VerdictCause.NONE : VerdictCause.read(in));
  }
}
