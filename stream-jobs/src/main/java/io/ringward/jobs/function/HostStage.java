/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.detect.FeatureVector;
import io.ringward.detect.Observation;
import io.ringward.detect.ProcessWindows;
import io.ringward.jobs.memory.LoopMemory;
import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.tap.EventTaps;
import io.ringward.jobs.tap.Standings;
import io.ringward.jobs.types.DecideItem;
import io.ringward.jobs.types.ScoreItem;
import io.ringward.jobs.types.StateType;
import io.ringward.kernel.ActView;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.ControlItem.RuleText;
import io.ringward.kernel.Event;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.EventView;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.FileView;
import io.ringward.kernel.Finding;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.ProcessInfo;
import io.ringward.rules.Rule;
import io.ringward.rules.RuleCompiler;
import io.ringward.rules.RuleMatchConsumer;
import io.ringward.rules.RuleSet;
import io.ringward.rules.RuleSource;
import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.problem.RuleException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ordered stage: what has to see every event, in its order, on one thread. It keeps the process
 * table, tests stateless rules, counts features, and takes the control items that steer all of
 * that.
 *
 * <p>An event that no rule matches and that closes no window allocates nothing here.
 *
 * <p><b>Lifetime.</b> A ring cannot be read twice, so what was made from it must not be lost when
 * Flink restarts the job within this process: a stage belongs to its feed, outlives the attempts of
 * the job (see {@link LoopMemory}) and is no part of a checkpoint. After a restart of the process
 * the bootstrap fills a new one.
 */
public final class HostStage {
  private static final Logger LOG = LoggerFactory.getLogger(HostStage.class);

  private static final int VERSION = 1;

  private final ProcessTable table;
  private final ProcessWindows windows;
  private final EventFacts facts;
  private final EventTaps taps = new EventTaps();
  private final Standings standings = new Standings();

  /** Made once: a lambda for each event would be an allocation. */
  private final RuleMatchConsumer matched = this::matched;

  private RuleSet rules;
  private List<RuleText> files;
  private long clockDifferenceNanos = Long.MAX_VALUE;
  private StageOutput output;
  private EventView view;
  private ProcessEntry actor;

  /**
   * @throws IllegalArgumentException when the rules are wrong: whoever sends them checks them first
   */
  public HostStage(LoopSettings settings) {
    table = new ProcessTable(settings.capacities().processes());
    facts = new EventFacts(table);
    windows =
        new ProcessWindows(
            settings.capacities().windows(), settings.seed(), this::lookUp, this::windowClosed);
    files = settings.rules();
    try {
      rules = compile(files);
    } catch (RuleException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Takes the next item.
   *
   * @param output used during this call only
   */
  void accept(FeedItem item, StageOutput output) {
    this.output = output;
    switch (item) {
      case EventView event -> onEvent(event);
      case ControlItem.Tick tick -> onTick(tick);
      case ControlItem.Bootstrap bootstrap -> table.bootstrap(bootstrap.process());
      case ControlItem.Sampled sampled -> onSample(sampled.sample());
      case ControlItem.AddVerdict add -> output.toDecide(new DecideItem.Added(add.verdict()));
      case ControlItem.ReleaseVerdict release ->
          output.toDecide(
              new DecideItem.Released(
                  release.timeNanos(),
                  release.verdictId(),
                  release.operator(),
                  release.feedback()));
      case ControlItem.RearmDetector rearm ->
          output.toDecide(
              new DecideItem.Rearmed(rearm.timeNanos(), rearm.detector(), rearm.operator()));
      case ControlItem.RulesReplaced replaced -> replaceRules(replaced);
      case ControlItem.RecordingMark mark -> {
        output.toScore(new ScoreItem.Mark(mark.number(), mark.begins()));
        output.toDecide(new DecideItem.Mark(mark.number(), mark.begins(), false));
      }
    }
  }

  /** How the processes stand that were judged lately. */
  public Standings standings() {
    return standings;
  }

  /** Whoever wants to look on. */
  public EventTaps taps() {
    return taps;
  }

  /** Writes all that the stage knows, for another one of the same settings to go on from. */
  void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    StateType.FEED_ITEM.write(new ControlItem.RulesReplaced(0, files), out);
    facts.write(out);
    table.write(out);
    windows.write(out);
  }

  /** Goes on from what {@link #write} wrote; all that was known is forgotten. */
  void read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "a stage of version " + version + ": this Ringward reads version " + VERSION);
    }
    if (!(StateType.FEED_ITEM.read(in) instanceof ControlItem.RulesReplaced found)) {
      throw new StreamCorruptedException("a stage without rules: damaged state");
    }
    try {
      rules = compile(found.files());
      files = found.files();
    } catch (RuleException e) {
      throw new IOException("the recorded rules are wrong: " + e.getMessage(), e);
    }
    facts.read(in);
    table.read(in);
    windows.read(in);
  }

  ProcessTable table() {
    return table;
  }

  ProcessWindows windows() {
    return windows;
  }

  private void onEvent(EventView event) {
    view = event;
    actor = table.see(event);
    if (event.kind() == EventKind.EXEC && ExecFlag.REFUSED.in(event.execFlags())) {
      actor = actor.attempting(event);
      test(EventType.EXECVE);
      return;
    }
    windows.onEvent(event);
    switch (event.kind()) {
      case EXEC -> test(EventType.EXECVE);
      case FORK -> test(EventType.CLONE);
      case EXIT -> test(EventType.PROCEXIT);
      case CONNECT -> test(EventType.CONNECT);
      case BIND -> test(EventType.BIND);
      case ACT -> test(EventType.of(ActView.act(event)));
      case SYSCALLS -> test(EventType.SYSCALLS);
      case FILE -> test(EventType.of(FileView.operation(event)));
      case ENFORCEMENT -> output.toDecide(new DecideItem.Hit((Event.Enforcement) event.toEvent()));
    }
  }

  private void test(EventType type) {
    facts.move(view, type, actor);
    rules.evaluate(facts, matched);
    taps.offer(facts, view);
  }

  private void matched(Rule rule, EventContext event) {
    Finding finding =
        RuleFindings.of(
            rule,
            event,
            view.timeNanos(),
            actor.info(),
            table.ancestry(actor),
            windows.isDegraded());
    standings.found(finding);
    output.toDecide(new DecideItem.Found(finding));
  }

  private void onSample(KernelSample sample) {
    boolean before = windows.isDegraded();
    windows.onSample(sample);
    if (windows.isDegraded() != before) {
      output.toDecide(new DecideItem.Losses(sample.timeNanos(), !before));
      if (before) {
        LOG.info("the kernel loses no events any more");
      } else {
        LOG.warn(
            "the kernel is losing events: findings are marked degraded and models learn nothing"
                + " until that ends");
      }
    }
  }

  private void onTick(ControlItem.Tick tick) {
    facts.wallOffset(tick.epochOffsetNanos());
    windows.closeWindows(tick.timeNanos());
    output.toScore(new ScoreItem.Pulse(tick.timeNanos(), entered(tick)));
  }

  /**
   * When a tick entered the feed, by {@link System#nanoTime}. Java cannot read {@code
   * CLOCK_BOOTTIME}; both clocks run at one rate, and the smallest difference ever seen is that of
   * a tick that came through at once. A suspended machine makes it smaller, never larger.
   */
  private long entered(ControlItem.Tick tick) {
    clockDifferenceNanos = Math.min(clockDifferenceNanos, System.nanoTime() - tick.timeNanos());
    return tick.timeNanos() + clockDifferenceNanos;
  }

  private Optional<ProcessInfo> lookUp(long startBoottimeNanos, int tgid) {
    ProcessEntry entry = table.find(startBoottimeNanos, tgid);
    return entry == null ? Optional.empty() : Optional.of(entry.info());
  }

  /** A window of a process that the table has forgotten tells nobody anything: it is let go. */
  private void windowClosed(FeatureVector vector) {
    ProcessEntry entry = table.find(vector.process().startBoottimeNanos(), vector.process().tgid());
    if (entry != null) {
      output.toScore(
          new ScoreItem.Observed(new Observation(vector, entry.info(), table.ancestry(entry))));
    }
  }

  private void replaceRules(ControlItem.RulesReplaced replaced) {
    try {
      rules = compile(replaced.files());
      files = replaced.files();
      output.toDecide(new DecideItem.RulesReplaced(replaced.timeNanos()));
      LOG.info("{} rules are in force now", rules.rules().size());
    } catch (RuleException e) {
      LOG.warn("the new rules are wrong, so the old ones stay in force:\n{}", e.getMessage());
    }
  }

  private static RuleSet compile(List<RuleText> files) throws RuleException {
    return RuleCompiler.compile(
            files.stream().map(file -> RuleSource.text(file.name(), file.text())).toList())
        .rules();
  }
}
