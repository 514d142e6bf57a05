/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import io.ringward.detect.Feature;
import io.ringward.detect.FeatureVector;
import io.ringward.detect.Observation;
import io.ringward.detect.Scope;
import io.ringward.detect.Score;
import io.ringward.kernel.Finding;
import io.ringward.kernel.ProcessKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processes that were judged lately, and how they stand: what {@code ringward top} shows. Costs
 * one update a window of a process, so at most some hundred a second, and none an event.
 *
 * <p>Thread-safe. Bounded: who was judged least recently is forgotten first.
 */
public final class Standings {
  /** So many processes are remembered. */
  public static final int CAPACITY = 512;

  private static final Feature[] COUNTS = {
    Feature.EXECS, Feature.FORKS, Feature.EXITS, Feature.CONNECTS, Feature.BINDS
  };

  private final LinkedHashMap<ProcessKey, Standing> standings =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ProcessKey, Standing> eldest) {
          return size() > CAPACITY;
        }
      };

  /** A vector was judged. What is counted over a whole program is nobody's in particular. */
  public void judged(Observation observation, Score score) {
    FeatureVector vector = observation.vector();
    Scope scope = vector.program().scope();
    if (scope == Scope.PROGRAM || vector.has(FeatureVector.Flag.PARTIAL)) {
      return;
    }
    double events = 0;
    for (Feature count : COUNTS) {
      events += vector.value(count);
    }
    boolean own = scope == Scope.PROCESS;
    synchronized (standings) {
      Standing old = old(observation.process().key(), Standing.of(observation.process()));
      // A tree's window leaves what is known of the process itself as it is, and the other way.
      boolean sameWindow = old.windowNanos() == vector.endNanos();
      standings.put(
          observation.process().key(),
          new Standing(
              observation.process(),
              vector.endNanos(),
              vector.endNanos(),
              own ? events : sameWindow ? old.events() : 0,
              own ? (sameWindow ? old.treeEvents() : 0) : events,
              own ? vector.value(Feature.ON_CPU_SHARE) : old.onCpuShare(),
              own ? vector.value(Feature.RUN_QUEUE_WAIT) : old.waitMillisPerSecond(),
              sameWindow ? worse(old.judgement(), score) : Optional.of(score),
              old.finding(),
              old.findingScore(),
              old.findingNanos()));
    }
  }

  /** A rule or a detector has found something. */
  public void found(Finding finding) {
    synchronized (standings) {
      Standing old = old(finding.process().key(), Standing.of(finding.process()));
      standings.put(
          finding.process().key(),
          new Standing(
              finding.process(),
              Math.max(old.seenNanos(), finding.kernelTimeNanos()),
              old.windowNanos(),
              old.events(),
              old.treeEvents(),
              old.onCpuShare(),
              old.waitMillisPerSecond(),
              old.judgement(),
              finding.detector(),
              finding.score(),
              finding.kernelTimeNanos()));
    }
  }

  /** All of them as they are now, in no order that means anything. */
  public List<Standing> all() {
    synchronized (standings) {
      return List.copyOf(standings.values());
    }
  }

  private Standing old(ProcessKey key, Standing otherwise) {
    Standing old = standings.get(key);
    return old == null ? otherwise : old;
  }

  private static Optional<Score> worse(Optional<Score> before, Score now) {
    return before.filter(one -> value(one) > value(now)).or(() -> Optional.of(now));
  }

  /** A score as a number: 0 while a model is warming up. */
  public static double value(Score score) {
    return switch (score) {
      case Score.Warming _ -> 0;
      case Score.Normal normal -> normal.score();
      case Score.Anomalous anomalous -> anomalous.score();
    };
  }
}
