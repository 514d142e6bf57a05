/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.decide.Consequence;
import io.ringward.decide.Decider;
import io.ringward.decide.IncidentBook;
import io.ringward.decide.Ruling;
import io.ringward.jobs.memory.LoopMemory;
import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.memory.StateExchange;
import io.ringward.jobs.memory.StateExchange.Part;
import io.ringward.jobs.memory.VerdictFeedback;
import io.ringward.jobs.types.DecideItem;
import io.ringward.jobs.types.DeciderImage;
import io.ringward.jobs.types.SinkItem;
import io.ringward.jobs.types.StateType;
import io.ringward.kernel.Event;
import io.ringward.kernel.Feedback;
import io.ringward.kernel.Finding;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable.Outcome;
import java.io.DataInput;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns findings into verdicts and incidents. One {@link Decider} holds the ladder of all subjects
 * of a machine, since verdict ids and the bounds of its state are the machine's. It is written into
 * the checkpoint as one value, with the boot id: in another boot its processes do not exist and its
 * times mean nothing, so a new one begins, with what operators have taught.
 *
 * <p>Time is the latest kernel time that any item has shown, never a clock of this process: a
 * replay decides as the live run did.
 */
public final class DecideOperator extends AbstractStreamOperator<SinkItem>
    implements OneInputStreamOperator<DecideItem, SinkItem>, BoundedOneInput, DecisionGate.Taker {
  private static final Logger LOG = LoggerFactory.getLogger(DecideOperator.class);
  private static final long serialVersionUID = 1;

  private final URI uri;
  private transient LoopObserver observer;
  private transient VerdictFeedback feedback;
  private transient StateExchange exchange;
  private transient DecisionGate gate;
  private transient LoopSettings settings;
  private transient ListState<DeciderImage> image;
  private transient Decider decider;
  private transient StreamRecord<SinkItem> outgoing;
  private transient long nowNanos;

  /**
   * @param uri of the ports; their {@link LoopMemory} is open
   */
  public DecideOperator(URI uri) {
    this.uri = Objects.requireNonNull(uri);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    LoopMemory memory = LoopMemory.at(uri);
    settings = memory.settings();
    feedback = memory.feedback();
    exchange = memory.exchange();
    gate = new DecisionGate(exchange, this);
    observer = HostPorts.at(uri).observer();
    outgoing = new StreamRecord<>(null);
    image =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "decider", StateType.DECIDER_IMAGE.information(DeciderImage.class)));
    decider = fresh();
    for (DeciderImage saved : image.get()) {
      if (saved.bootId().equals(settings.bootId())) {
        decider = read(new DataInputDeserializer(saved.bytes()));
      } else {
        decider =
            read(new DataInputDeserializer(saved.bytes()))
                .afterBoot(settings.capacities().subjects(), book());
        LOG.info(
            "the machine has booted since the checkpoint: the ladder begins anew, what operators"
                + " have taught is kept");
      }
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    getMetricGroup().gauge("subjects", () -> decider.size());
    decider.takeStanding(nowNanos).ifPresent(observer::onStanding);
  }

  private Decider fresh() {
    return new Decider(
        settings.capacities().subjects(), settings.policy(), settings.protection(), book());
  }

  private IncidentBook book() {
    return new IncidentBook(settings.capacities().incidents(), settings.incidentPrefix());
  }

  private Decider read(DataInput in) throws IOException {
    return Decider.read(
        in,
        settings.capacities().subjects(),
        settings.policy(),
        settings.protection(),
        settings.capacities().incidents(),
        settings.incidentPrefix());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    DataOutputSerializer out = new DataOutputSerializer(4096);
    decider.write(out);
    image.update(List.of(new DeciderImage(settings.bootId(), out.getCopyOfBuffer())));
  }

  @Override
  public void processElement(StreamRecord<DecideItem> record) throws IOException {
    gate.offer(record.getValue());
  }

  /** A replay has come to the end of its recording. */
  @Override
  public void endInput() throws IOException {
    if (exchange.isReplay()) {
      gate.end();
    }
  }

  @Override
  public void mark(DecideItem.Mark mark) throws IOException {
    if (!mark.begins()) {
      exchange.ended(mark.number());
      return;
    }
    Optional<DataInput> given = exchange.given(mark.number(), Part.DECIDE);
    if (given.isPresent()) {
      nowNanos = given.get().readLong();
      decider = read(given.get());
    } else {
      DataOutputSerializer out = new DataOutputSerializer(4096);
      out.writeLong(nowNanos);
      decider.write(out);
      exchange.taken(mark.number(), Part.DECIDE, out.getCopyOfBuffer());
    }
  }

  @Override
  public void take(DecideItem item) {
    feedback.takeAll().forEach(this::learn);
    decide(item);
    follow();
  }

  private void decide(DecideItem item) {
    switch (item) {
      case DecideItem.Found(Finding finding) -> onFinding(finding);
      case DecideItem.Hit(Event.Enforcement enforcement) -> {
        passTime(enforcement.header().kernelTimeNanos());
        decider.onHit(enforcement.verdictId(), nowNanos);
        observer.onEnforcement(enforcement);
      }
      case DecideItem.Added(Verdict verdict) -> {
        passTime(verdict.issuedNanos());
        emit(new SinkItem.Apply(verdict, OptionalLong.empty()));
        feedback.take(verdict.id());
      }
      case DecideItem.Released(
              long timeNanos,
              long verdictId,
              String operator,
              Feedback feedback) -> {
        passTime(timeNanos);
        decider.release(verdictId, feedback, nowNanos);
        emit(new SinkItem.Release(timeNanos, verdictId, "released by " + operator));
      }
      case DecideItem.Rearmed(long timeNanos, String detector, String operator) -> {
        passTime(timeNanos);
        if (decider.rearm(detector, operator, nowNanos)) {
          LOG.info("{} has armed {} again", operator, detector);
        }
      }
      case DecideItem.RulesReplaced(long timeNanos) -> {
        passTime(timeNanos);
        decider.rulesReplaced(nowNanos);
      }
      case DecideItem.Losses(long timeNanos, boolean losing) -> {
        passTime(timeNanos);
        decider.onLosses(losing, nowNanos);
      }
      case DecideItem.Pulse(long timeNanos, long enteredNanos) -> {
        passTime(timeNanos);
        for (Incident incident : decider.onTick(nowNanos)) {
          emit(new SinkItem.Tell(incident));
        }
        emit(new SinkItem.Pulse(timeNanos, enteredNanos));
      }
      case DecideItem.StagePulse _, DecideItem.Mark _ ->
          throw new IllegalStateException(item + " is the gate's to take");
    }
  }

  /** Does what the decision asks for beside its ruling, and shows how it stands. */
  private void follow() {
    for (Consequence consequence : decider.takeConsequences()) {
      switch (consequence) {
        case Consequence.Ease(Verdict verdict, long supersedes) -> {
          emit(new SinkItem.Apply(verdict, OptionalLong.of(supersedes)));
          feedback.take(verdict.id()).ifPresent(outcome -> learn(verdict.id(), outcome));
        }
        case Consequence.End(long verdictId, String why) ->
            emit(new SinkItem.Release(nowNanos, verdictId, why));
        case Consequence.Tell(Incident incident) -> emit(new SinkItem.Tell(incident));
      }
    }
    decider.takeStanding(nowNanos).ifPresent(observer::onStanding);
  }

  private void onFinding(Finding finding) {
    passTime(finding.kernelTimeNanos());
    observer.onFinding(finding);
    Ruling ruling = decider.decide(finding, nowNanos);
    String outcome = ruling.verdict().map(verdict -> put(verdict, ruling)).orElse(ruling.outcome());
    decider
        .incident(finding, ruling, outcome, nowNanos)
        .ifPresent(incident -> emit(new SinkItem.Tell(incident)));
  }

  /** Hands a verdict to the sink, and says what became of it as far as that is known. */
  private String put(Verdict verdict, Ruling ruling) {
    emit(new SinkItem.Apply(verdict, ruling.supersedes()));
    return feedback
        .take(verdict.id())
        .map(outcome -> {
          learn(verdict.id(), outcome);
          return text(outcome, ruling.outcome());
        })
        .orElse(ruling.outcome());
  }

  private void learn(long verdictId, Outcome outcome) {
    if (!(outcome instanceof Outcome.Applied || outcome instanceof Outcome.Supposed)) {
      decider.withdraw(verdictId, nowNanos);
    }
  }

  private static String text(Outcome outcome, String decided) {
    return switch (outcome) {
      case Outcome.Applied(long _, int processes) ->
          decided + ": on " + processes + (processes == 1 ? " process" : " processes");
      case Outcome.SubjectGone() -> "nothing was done, the process is gone: " + decided;
      case Outcome.SubjectProtected(String why) -> "protected: " + why;
      case Outcome.Refused(String why) -> "not in force, " + why;
      case Outcome.Supposed() -> decided;
    };
  }

  private void passTime(long timeNanos) {
    nowNanos = Math.max(nowNanos, timeNanos);
  }

  private void emit(SinkItem item) {
    output.collect(outgoing.replace(item));
  }
}
