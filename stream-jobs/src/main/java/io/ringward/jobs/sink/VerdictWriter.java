/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.sink;

import io.ringward.jobs.memory.VerdictFeedback;
import io.ringward.jobs.types.SinkItem;
import io.ringward.kernel.HostPorts;
import io.ringward.kernel.Incident;
import io.ringward.kernel.LoopObserver;
import io.ringward.kernel.Verdict;
import io.ringward.kernel.VerdictTable;
import io.ringward.kernel.VerdictTable.InForce;
import io.ringward.kernel.VerdictTable.Outcome;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on the ports. What is in force is the table's to know: the checkpoint holds what the table
 * says at that moment, so verdicts that ended by themselves are not among it.
 *
 * <p>After a restart of the process the table is empty, and the saved verdicts are applied again,
 * once the first item has told the time: those that have not expired, of the same boot. Of those
 * whose processes are gone the table says so. After a restart of the job within the process the
 * table still holds them, and nothing is applied twice.
 */
final class VerdictWriter implements StatefulSinkWriter<SinkItem, SavedVerdicts> {
  private static final Logger LOG = LoggerFactory.getLogger(VerdictWriter.class);

  private final VerdictTable table;
  private final LoopObserver observer;
  private final VerdictFeedback feedback;
  private final String bootId;
  private List<SavedVerdicts> saved;

  VerdictWriter(
      HostPorts ports, VerdictFeedback feedback, String bootId, List<SavedVerdicts> saved) {
    this.table = ports.verdicts();
    this.observer = ports.observer();
    this.feedback = feedback;
    this.bootId = bootId;
    this.saved = saved;
  }

  @Override
  public void write(SinkItem item, Context context) {
    switch (item) {
      case SinkItem.Apply(Verdict verdict, OptionalLong supersedes) -> {
        resume(verdict.issuedNanos());
        apply(verdict, supersedes);
      }
      case SinkItem.Release(long timeNanos, long verdictId, String why) -> {
        resume(timeNanos);
        release(verdictId, why);
      }
      case SinkItem.Tell(Incident incident) -> observer.onIncident(incident);
      case SinkItem.Pulse(long timeNanos, long enteredNanos) -> {
        resume(timeNanos);
        beat(enteredNanos);
      }
    }
  }

  private Outcome apply(Verdict verdict, OptionalLong supersedes) {
    Outcome outcome = table.apply(verdict);
    observer.onVerdict(verdict, outcome);
    feedback.applied(verdict.id(), outcome);
    boolean holds = outcome instanceof Outcome.Applied || outcome instanceof Outcome.Supposed;
    if (holds && supersedes.isPresent()) {
      release(supersedes.getAsLong(), "superseded by " + verdict.idText());
    }
    return outcome;
  }

  private void release(long verdictId, String why) {
    if (table.release(verdictId)) {
      observer.onRelease(verdictId, why);
      feedback.released();
    }
  }

  private void beat(long enteredNanos) {
    table.beat();
    observer.onBeat(Math.max(0, System.nanoTime() - enteredNanos));
  }

  private void resume(long nowNanos) {
    if (saved.isEmpty()) {
      return;
    }
    List<SavedVerdicts> toResume = saved;
    saved = List.of();
    Set<Long> there =
        table.inForce().stream().map(entry -> entry.verdict().id()).collect(Collectors.toSet());
    for (SavedVerdicts part : toResume) {
      if (!part.bootId().equals(bootId)) {
        LOG.info(
            "the machine has booted since the checkpoint: {} verdicts are over",
            part.verdicts().size());
        continue;
      }
      for (Verdict verdict : part.verdicts()) {
        if (verdict.expiryNanos() > nowNanos && !there.contains(verdict.id())) {
          Outcome outcome = apply(resumed(verdict), OptionalLong.empty());
          LOG.info("verdict {} of before the restart: {}", verdict.idText(), outcome);
        }
      }
    }
  }

  /** The same without its cause: the loop's latency does not count from before the restart. */
  private static Verdict resumed(Verdict verdict) {
    return new Verdict(
        verdict.id(),
        verdict.subject(),
        verdict.action(),
        verdict.operations(),
        verdict.rate(),
        verdict.issuedNanos(),
        verdict.expiryNanos(),
        0,
        verdict.shadow(),
        verdict.persist(),
        verdict.source(),
        verdict.reason());
  }

  /** What a checkpoint before the first item would lose is still in {@link #saved}. */
  @Override
  public List<SavedVerdicts> snapshotState(long checkpointId) {
    if (!saved.isEmpty()) {
      return saved;
    }
    List<Verdict> verdicts = table.inForce().stream().map(InForce::verdict).toList();
    return List.of(new SavedVerdicts(bootId, verdicts));
  }

  @Override
  public void flush(boolean endOfInput) {}

  /** The ports belong to whoever registered them. */
  @Override
  public void close() {}
}
