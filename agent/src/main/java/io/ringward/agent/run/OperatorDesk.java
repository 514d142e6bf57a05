/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.config.Mode;
import io.ringward.agent.control.AgentStatus;
import io.ringward.agent.control.CapabilityRow;
import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.agent.control.ControlService;
import io.ringward.agent.control.DecisionReport;
import io.ringward.agent.control.EventStream;
import io.ringward.agent.control.OutletRow;
import io.ringward.agent.control.RecordingRequest;
import io.ringward.agent.control.RecordingRow;
import io.ringward.agent.control.RuleRow;
import io.ringward.agent.control.TopPage;
import io.ringward.agent.control.VerdictRequest;
import io.ringward.agent.control.VerdictRow;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.RateText;
import io.ringward.kernel.Subject;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import io.ringward.kernel.VerdictTable.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Does what operators ask for. Verdicts and releases go through the loop as control items, in the
 * same order as the events, and what became of them is waited for. Thread-safe.
 */
final class OperatorDesk implements ControlService {
  /** Who a verdict of an operator's is by. */
  static final String OPERATOR = "operator";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Mode mode;
  private final EventFeed feed;
  private final VerdictTable verdicts;
  private final VerdictEffects effects;
  private final LongSupplier boottimeNanos;
  private final SubjectReader subjects;
  private final LiveProcesses processes;
  private final LongFunction<String> controlGroupNames;
  private final Supplier<AgentStatus> status;
  private final List<CapabilityRow> capabilities;
  private final RuleReload rules;
  private final Supplier<List<RuleRow>> ruleRows;
  private final EventShow events;
  private final Standing standing;
  private final OutletDesk outlets;
  private final RecordingDesk recordings;
  private final StandingBoard board;
  private final AtomicLong lastId = new AtomicLong();

  /** Reads the rule files again. */
  @FunctionalInterface
  interface RuleReload {
    String reload() throws ControlException;
  }

  /** Shows live events. */
  @FunctionalInterface
  interface EventShow {
    EventStream open(String where) throws ControlException;
  }

  /**
   * What the desk works with.
   *
   * @param processes identities of pids
   */
  record Parts(
      Mode mode,
      EventFeed feed,
      VerdictTable verdicts,
      VerdictEffects effects,
      LongSupplier boottimeNanos,
      SubjectReader subjects,
      LiveProcesses processes,
      LongFunction<String> controlGroupNames,
      Supplier<AgentStatus> status,
      List<CapabilityRow> capabilities,
      RuleReload rules,
      Supplier<List<RuleRow>> ruleRows,
      EventShow events,
      Standing standing,
      OutletDesk outlets,
      RecordingDesk recordings,
      StandingBoard board) {}

  OperatorDesk(Parts parts) {
    this.mode = parts.mode();
    this.feed = parts.feed();
    this.verdicts = parts.verdicts();
    this.effects = parts.effects();
    this.boottimeNanos = parts.boottimeNanos();
    this.subjects = parts.subjects();
    this.processes = parts.processes();
    this.controlGroupNames = parts.controlGroupNames();
    this.status = parts.status();
    this.capabilities = List.copyOf(parts.capabilities());
    this.rules = parts.rules();
    this.ruleRows = parts.ruleRows();
    this.events = parts.events();
    this.standing = parts.standing();
    this.outlets = parts.outlets();
    this.recordings = parts.recordings();
    this.board = parts.board();
  }

  @Override
  public AgentStatus status() {
    return status.get();
  }

  @Override
  public List<CapabilityRow> capabilities() {
    return capabilities;
  }

  @Override
  public List<VerdictRow> verdicts() {
    return verdicts.inForce().stream()
        .map(one -> row(one, name(one.verdict().subject()), ""))
        .toList();
  }

  @Override
  public VerdictRow add(VerdictRequest request) throws ControlException {
    SubjectReader.Read subject = subjects.read(request);
    Verdict verdict = verdict(request, subject.subject());
    try (VerdictEffects.Awaited<Outcome> effect = effects.awaitVerdict(verdict.id())) {
      submit(new ControlItem.AddVerdict(boottimeNanos.getAsLong(), verdict));
      Optional<Outcome> outcome = effect.within(PATIENCE);
      if (outcome.isEmpty()) {
        throw new ControlException(
            Code.FAILED,
            "the loop did not answer within 5 s; whether it takes the verdict later,"
                + " 'ringward verdicts list' will show");
      }
      return row(new VerdictTable.InForce(verdict, 0), subject.name(), describe(outcome.get()));
    }
  }

  @Override
  public VerdictRow release(String id, Feedback feedback) throws ControlException {
    VerdictTable.InForce found = find(id);
    long verdictId = found.verdict().id();
    if (feedback != Feedback.NONE && found.verdict().source().equals(OPERATOR)) {
      throw new ControlException(
          Code.BAD_REQUEST,
          "verdict "
              + id
              + " is an operator's own, there is no rule or model to teach: release it without"
              + " feedback");
    }
    try (VerdictEffects.Awaited<String> effect = effects.awaitRelease(verdictId)) {
      submit(
          new ControlItem.ReleaseVerdict(boottimeNanos.getAsLong(), verdictId, OPERATOR, feedback));
      if (effect.within(PATIENCE).isEmpty() && isInForce(verdictId)) {
        throw new ControlException(
            Code.FAILED, "the loop did not answer within 5 s and " + id + " is still in force");
      }
      return row(found, "", "released");
    }
  }

  @Override
  public List<VerdictRow> releaseAll(Feedback feedback) throws ControlException {
    List<VerdictRow> released = new ArrayList<>();
    for (VerdictTable.InForce one : verdicts.inForce()) {
      try {
        boolean own = one.verdict().source().equals(OPERATOR);
        released.add(release(one.verdict().idText(), own ? Feedback.NONE : feedback));
      } catch (ControlException e) {
        if (e.code() != Code.NOT_FOUND) { // Not found: it ended by itself in between.
          throw e;
        }
      }
    }
    return released;
  }

  @Override
  public List<OutletRow> outlets() {
    return outlets.rows();
  }

  @Override
  public List<OutletRow> testIncidents() {
    return outlets.test();
  }

  @Override
  public DecisionReport decisions() {
    return standing.report();
  }

  @Override
  public String rearm(String detector) throws ControlException {
    if (!standing.isStopped(detector)) {
      throw new ControlException(
          Code.NOT_FOUND,
          "no rule or model named '"
              + detector
              + "' is disarmed: 'ringward doctor' shows those that are");
    }
    submit(new ControlItem.RearmDetector(boottimeNanos.getAsLong(), detector, OPERATOR));
    if (!standing.awaitArmed(detector, PATIENCE)) {
      throw new ControlException(
          Code.FAILED, "the loop did not answer within 5 s and '" + detector + "' is disarmed yet");
    }
    return "'" + detector + "' is armed again.";
  }

  @Override
  public List<RuleRow> rules() {
    return ruleRows.get();
  }

  @Override
  public String reloadRules() throws ControlException {
    return rules.reload();
  }

  @Override
  public RecordingRow startRecording(RecordingRequest request) throws ControlException {
    return recordings.start(request);
  }

  @Override
  public RecordingRow recording() throws ControlException {
    return recordings.show();
  }

  @Override
  public RecordingRow stopRecording() throws ControlException {
    return recordings.stop();
  }

  @Override
  public EventStream events(String where) throws ControlException {
    return events.open(where);
  }

  @Override
  public TopPage top() {
    return board.page(status.get(), verdicts());
  }

  private Verdict verdict(VerdictRequest request, Subject subject) throws ControlException {
    long now = boottimeNanos.getAsLong();
    try {
      Action action = VerdictWords.action(request.action());
      Set<Operation> operations =
          request.operations().isEmpty()
              ? Operation.unlessNamed()
              : VerdictWords.operations(request.operations());
      return new Verdict(
          nextId(now),
          subject,
          action,
          operations,
          VerdictWords.rate(request.rate(), action, operations),
          now,
          now + VerdictWords.checkedDuration(request.durationNanos()),
          now,
          false,
          request.persist(),
          OPERATOR,
          VerdictWords.checkedReason(request.reason()));
    } catch (IllegalArgumentException e) {
      throw new ControlException(Code.BAD_REQUEST, e.getMessage());
    }
  }

  // The loop's own ids are times since boot, below 2^62; an operator's are above.
  private long nextId(long now) {
    return lastId.updateAndGet(last -> Math.max(last + 1, 1L << 62 | now));
  }

  private String name(Subject subject) {
    return switch (subject) {
      case Subject.ProcessTree(ProcessKey root) -> processes.nameOf(root);
      case Subject.ControlGroup(long id) -> controlGroupNames.apply(id);
    };
  }

  private void submit(ControlItem item) throws ControlException {
    if (!feed.submit(item)) {
      throw new ControlException(Code.BUSY, "the loop's queue is full: try again in a moment");
    }
  }

  private String describe(Outcome outcome) throws ControlException {
    return switch (outcome) {
      case Outcome.Applied applied -> {
        String on =
            applied.processes() == 0
                ? "In force"
                : "In force on "
                    + applied.processes()
                    + (applied.processes() == 1 ? " process" : " processes");
        yield mode == Mode.SHADOW
            ? on + ", in shadow mode: hits are counted and nothing is refused"
            : on;
      }
      case Outcome.SubjectGone() ->
          throw new ControlException(Code.NOT_FOUND, "it does not live any more");
      case Outcome.SubjectProtected(String why) ->
          throw new ControlException(Code.PROTECTED, "it is protected: " + why);
      case Outcome.Refused(String why) ->
          throw new ControlException(Code.FAILED, "the kernel did not take it: " + why);
      case Outcome.Supposed() -> "supposed to be in force: there is no kernel";
    };
  }

  private VerdictTable.InForce find(String id) throws ControlException {
    return verdicts.inForce().stream()
        .filter(one -> one.verdict().idText().equalsIgnoreCase(id.strip()))
        .findFirst()
        .orElseThrow(() ->
            new ControlException(
                Code.NOT_FOUND,
                "no verdict in force has the id "
                    + id
                    + ": 'ringward verdicts list' shows those that are"));
  }

  private boolean isInForce(long verdictId) {
    return verdicts.inForce().stream().anyMatch(one -> one.verdict().id() == verdictId);
  }

  private VerdictRow row(VerdictTable.InForce one, String name, String outcome) {
    Verdict verdict = one.verdict();
    long now = boottimeNanos.getAsLong();
    return new VerdictRow(
        verdict.idText(),
        verdict.subject().toString(),
        name,
        verdict.action().label(),
        verdict.operations().stream().sorted().map(Operation::label).toList(),
        RateText.of(verdict),
        Math.max(0, now - verdict.issuedNanos()),
        Math.max(0, verdict.expiryNanos() - now),
        one.hits(),
        verdict.shadow() || mode == Mode.SHADOW,
        verdict.source(),
        verdict.reason(),
        outcome);
  }
}
