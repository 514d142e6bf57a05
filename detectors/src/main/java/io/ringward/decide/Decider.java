/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Action;
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.DetectorArming;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Decides for a whole host: the state of all subjects, the incidents, the disarmer, what operators
 * have taught, and the ids of verdicts. One for each machine, since ids are unique on it.
 *
 * <p>A finding is put down to the nearest ancestor whose tree is under a verdict of the same
 * detector, and else to its own process: so a tree that goes on under a throttle escalates as one,
 * whichever of its processes is seen.
 *
 * <p>The caller puts the verdict of a {@link Ruling} in force, releases what it supersedes, says by
 * {@link #incident} what became of it, and does what {@link #takeConsequences} says.
 * Single-threaded. Bounded: see {@link SubjectTable}, {@link IncidentBook}, {@link Disarmer},
 * {@link FeedbackBook}.
 */
public final class Decider {
  /** Subjects remembered unless said otherwise. */
  public static final int DEFAULT_SUBJECTS = 4096;

  /** Version 1 had neither disarmer nor feedback. */
  private static final int VERSION = 2;

  private static final long EASE_EACH_NANOS = 1_000_000_000L;

  private final Policy policy;
  private final Protection protection;
  private final IncidentBook incidents;
  private final List<Consequence> consequences = new ArrayList<>();
  private SubjectTable subjects;
  private Disarmer disarmer = new Disarmer();
  private FeedbackBook feedbacks = new FeedbackBook();

  private long lastVerdictId;
  private long eased;
  private long easeNextNanos;
  private long lossNanos;
  private boolean losing;
  private boolean standingChanged = true;
  private long lastNanos;

  /**
   * @param capacity subjects remembered at most
   * @param incidents tells people
   */
  public Decider(int capacity, Policy policy, Protection protection, IncidentBook incidents) {
    this.subjects = new SubjectTable(capacity);
    this.policy = Objects.requireNonNull(policy);
    this.protection = Objects.requireNonNull(protection);
    this.incidents = Objects.requireNonNull(incidents);
  }

  /** Decides about a finding, and remembers that. */
  public Ruling decide(Finding finding, long nowNanos) {
    ProcessInfo subject = subjects.subject(finding, nowNanos);
    SubjectState state = subjects.get(subject.key());
    long id = Math.max(lastVerdictId + 1, Math.max(1, nowNanos));
    int leaning = feedbacks.leaning(finding.detector(), finding.process().executable(), nowNanos);
    Ruling ruling =
        Ladder.decide(state, finding, subject, leaning, policy, protection, nowNanos, id);
    if (ruling.verdict().isPresent()) {
      ruling = unlessStopped(ruling, state, finding, subject, nowNanos);
    }
    if (ruling.verdict().isPresent()) {
      lastVerdictId = id;
      subjects.hold(id, subject.key());
    }
    subjects.put(subject.key(), ruling.state(), nowNanos);
    return ruling;
  }

  /** The ruling, or none when its rule or model is not obeyed. */
  private Ruling unlessStopped(
      Ruling ruling, SubjectState before, Finding finding, ProcessInfo subject, long nowNanos) {
    boolean acts =
        ruling.verdict().map(verdict -> verdict.action().compareTo(Action.WATCH) > 0).orElse(false);
    boolean known =
        before.source(finding.detector()).filter(source -> source.offences() > 0).isPresent();
    Disarmer.Answer answer = Disarmer.Answer.OBEY;
    if (acts && !known) {
      answer =
          disarmer.ask(finding, subject, protection.treeRoot(finding), policy.disarm(), nowNanos);
    }
    if (answer == Disarmer.Answer.STOPPED_NOW) {
      stop(finding, nowNanos);
    }
    return disarmer
        .why(finding.detector(), policy.disarm(), nowNanos)
        .map(why -> Ruling.nothing(ruling.subject(), before, finding.source().label() + " " + why))
        .orElse(ruling);
  }

  /**
   * A rule or model was stopped. The verdicts of its sudden spread are released; those that were
   * given before it, that renew older ones, or that an operator has called right for that program,
   * stay until their expiry.
   */
  private void stop(Finding finding, long nowNanos) {
    DisarmPolicy disarm = policy.disarm();
    int released = 0;
    for (SubjectTable.Held held : subjects.holders(nowNanos)) {
      SourceState source = held.source();
      Verdict verdict = source.latest().orElseThrow();
      if (source.detector().equals(finding.detector())
          && source.offences() <= 1
          && nowNanos - verdict.issuedNanos() < disarm.windowNanos()
          && feedbacks.leaning(source.detector(), source.cause().executable(), nowNanos) >= 0) {
        subjects.put(held.key(), held.subject().with(source.retracted(), nowNanos), nowNanos);
        String why = "released: " + finding.source().label() + " disarmed";
        consequences.add(new Consequence.End(verdict.id(), why));
        tell(incidents.ended(verdict.id(), Optional.empty(), why, nowNanos));
        released++;
      }
    }
    DetectorArming arming = disarmer.arming(finding.detector(), disarm).orElseThrow();
    Finding alarm = Alarm.of(arming, finding, disarmer.names(finding.detector()), released, disarm);
    tell(
        incidents.record(
            alarm, ProcessKey.NONE, Optional.empty(), arming.state().label(), nowNanos));
    standingChanged = true;
  }

  /**
   * What people are to be told of a finding, if anything.
   *
   * @param outcome what became of the ruling: its own {@link Ruling#outcome}, or better what the
   *     verdict table answered
   */
  public Optional<Incident> incident(
      Finding finding, Ruling ruling, String outcome, long nowNanos) {
    Optional<Verdict> held =
        ruling.verdict().filter(verdict -> subjects.holder(verdict.id()).isPresent());
    return incidents.record(finding, protection.treeRoot(finding), held, outcome, nowNanos);
  }

  /**
   * An operator releases a verdict: its detector is mute on that subject for a while, unless he
   * confirms that it was right.
   *
   * @param feedback what he says of it; kept for its detector and program
   * @return false when it is no verdict of this decider's
   */
  public boolean release(long verdictId, Feedback feedback, long nowNanos) {
    Objects.requireNonNull(feedback);
    Optional<SubjectTable.Held> found = subjects.holder(verdictId);
    if (found.isEmpty()) {
      return false;
    }
    SubjectTable.Held held = found.get();
    VerdictCause cause = held.source().cause();
    subjects.put(
        held.key(),
        Ladder.released(held.subject(), verdictId, feedback, policy, nowNanos),
        nowNanos);
    if (feedback != Feedback.NONE) {
      feedbacks.take(
          held.source().detector(), cause.executable(), cause.program(), feedback, nowNanos);
      standingChanged = true;
    }
    tell(incidents.ended(verdictId, Optional.empty(), "released by an operator", nowNanos));
    return true;
  }

  /** A verdict could not be put in force, or its subject is gone: it counts as not in force. */
  public void withdraw(long verdictId, long nowNanos) {
    subjects
        .holder(verdictId)
        .ifPresent(held ->
            subjects.put(
                held.key(), Ladder.withdrawn(held.subject(), verdictId, nowNanos), nowNanos));
  }

  /** The kernel reports hits of a verdict: whoever is under it has not recovered. */
  public void onHit(long verdictId, long nowNanos) {
    subjects
        .holder(verdictId)
        .ifPresent(held ->
            subjects.put(
                held.key(), held.subject().with(held.source().hit(nowNanos), nowNanos), nowNanos));
  }

  /** Events are being lost, or not any more: quiet proves nothing meanwhile. */
  public void onLosses(boolean losing, long nowNanos) {
    if (this.losing || losing) {
      lossNanos = nowNanos;
    }
    this.losing = losing;
  }

  /**
   * An operator arms a rule or model again.
   *
   * @return false when it was armed
   */
  public boolean rearm(String detector, String operator, long nowNanos) {
    boolean was = disarmer.rearm(detector, nowNanos);
    if (was) {
      standingChanged = true;
      tell(incidents.close(Alarm.detector(detector), "armed again by " + operator, nowNanos));
    }
    return was;
  }

  /** New rules are in force: rules that were stopped are armed, models are not. */
  public void rulesReplaced(long nowNanos) {
    List<DetectorArming> stopped = disarmer.stopped(policy.disarm());
    if (disarmer.forgetRules()) {
      standingChanged = true;
      for (DetectorArming arming : stopped) {
        if (arming.source() == Finding.Source.RULE) {
          tell(
              incidents.close(
                  Alarm.detector(arming.detector()), "armed again with new rules", nowNanos));
        }
      }
    }
  }

  /** The verdicts in force, for a restart to apply again. */
  public List<Verdict> live(long nowNanos) {
    return subjects.live(nowNanos);
  }

  /**
   * Passes time: forgets subjects that nothing is left of, eases verdicts whose subjects have
   * recovered, arms what was quiet, and tells repeats that have waited.
   */
  public List<Incident> onTick(long nowNanos) {
    lastNanos = Math.max(lastNanos, nowNanos);
    subjects.sweep(policy, nowNanos);
    if (nowNanos >= easeNextNanos) {
      easeNextNanos = nowNanos + EASE_EACH_NANOS;
      ease(nowNanos);
      for (DetectorArming armed : disarmer.onTick(policy.disarm(), nowNanos)) {
        standingChanged = true;
        tell(
            incidents.close(
                Alarm.detector(armed.detector()), "armed again after a quiet time", nowNanos));
      }
      standingChanged |= feedbacks.onTick(nowNanos);
    }
    return incidents.onTick(nowNanos);
  }

  private void ease(long nowNanos) {
    if (losing) {
      lossNanos = nowNanos;
    }
    for (SubjectTable.Held held : subjects.holders(nowNanos)) {
      SourceState source = held.source();
      if (!Ladder.isRecovered(source, policy, lossNanos, nowNanos)) {
        continue;
      }
      Verdict live = source.latest().orElseThrow();
      long id = Math.max(lastVerdictId + 1, Math.max(1, nowNanos));
      Optional<Verdict> weaker = Ladder.eased(live, policy, nowNanos, id);
      Action level = Policy.below(live.action());
      subjects.put(
          held.key(), held.subject().with(source.eased(level, weaker), nowNanos), nowNanos);
      String outcome;
      if (weaker.isPresent()) {
        lastVerdictId = id;
        subjects.hold(id, held.key());
        consequences.add(new Consequence.Ease(weaker.get(), live.id()));
        outcome = "recovered: eased from " + live.action().label() + " to " + level.label();
      } else {
        outcome = "recovered: " + live.action().label() + " ended before its time";
        consequences.add(new Consequence.End(live.id(), "behaviour has recovered"));
      }
      eased++;
      standingChanged = true;
      tell(incidents.ended(live.id(), weaker, outcome, nowNanos));
    }
  }

  /** What is to be done since the last call, in this order. */
  public List<Consequence> takeConsequences() {
    if (consequences.isEmpty()) {
      return List.of();
    }
    List<Consequence> taken = List.copyOf(consequences);
    consequences.clear();
    return taken;
  }

  /** What stands between findings and verdicts, when that has changed since the last call. */
  public Optional<DecisionStanding> takeStanding(long nowNanos) {
    if (!standingChanged) {
      return Optional.empty();
    }
    standingChanged = false;
    return Optional.of(
        new DecisionStanding(
            disarmer.stopped(policy.disarm()),
            feedbacks.leanings(nowNanos),
            disarmer.disarmed(),
            disarmer.dismantled(),
            eased));
  }

  /** Subjects that are remembered. */
  public int size() {
    return subjects.size();
  }

  /** Subjects forgotten because there were too many. */
  public long forgotten() {
    return subjects.forgotten();
  }

  /** The incidents under way. */
  public IncidentBook incidents() {
    return incidents;
  }

  /**
   * The decider of a new boot: subjects and incidents of the old one mean nothing, but what
   * operators have taught and what was dismantled stays.
   *
   * @param incidents of the new boot
   */
  public Decider afterBoot(int capacity, IncidentBook incidents) {
    Decider next = new Decider(capacity, policy, protection, incidents);
    next.disarmer = disarmer;
    next.disarmer.afterBoot();
    next.feedbacks = feedbacks;
    next.feedbacks.afterBoot(lastNanos);
    return next;
  }

  private void tell(Optional<Incident> incident) {
    incident.ifPresent(one -> consequences.add(new Consequence.Tell(one)));
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(lastVerdictId);
    subjects.write(out);
    incidents.write(out);
    disarmer.write(out);
    feedbacks.write(out);
    out.writeLong(eased);
    out.writeLong(lastNanos);
    out.writeLong(lossNanos);
    out.writeBoolean(losing);
  }

  /** Reads what {@link #write} wrote, under today's policy and bounds. */
  public static Decider read(
      DataInput in,
      int capacity,
      Policy policy,
      Protection protection,
      int incidentCapacity,
      String incidentPrefix)
      throws IOException {
    int version = in.readUnsignedByte();
    if (version < 1 || version > VERSION) {
      throw new StreamCorruptedException(
          "a decider's state of version " + version + ": this Ringward reads 1 to " + VERSION);
    }
    long lastVerdictId = in.readLong();
    SubjectTable subjects = SubjectTable.read(in, capacity);
    Decider decider =
        new Decider(
            capacity, policy, protection, IncidentBook.read(in, incidentCapacity, incidentPrefix));
    decider.lastVerdictId = lastVerdictId;
    decider.subjects = subjects;
    if (version > 1) {
      decider.disarmer = Disarmer.read(in);
      decider.feedbacks = FeedbackBook.read(in);
      decider.eased = in.readLong();
      decider.lastNanos = in.readLong();
      decider.lossNanos = in.readLong();
      decider.losing = in.readBoolean();
    }
    return decider;
  }
}
