/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.Action;
import io.ringward.kernel.FeatureContribution;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Finding.Proposal;
import io.ringward.kernel.Operation;
import io.ringward.kernel.Priority;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.TokenRate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Puts what detectors saw into words and proposals. Stateless. */
final class DetectorFindings {
  /** The name of the model in findings. */
  static final String MODEL = "program-model";

  /** What a first verdict would last; the ladder makes it longer on repetition. */
  static final long DURATION_NANOS = 60_000_000_000L;

  /** From which score on a model asks for a throttle and not just for a watch. */
  static final double THROTTLE_SCORE = 0.9;

  /**
   * A process without a baseline that is older than this was probably busy before the guardian
   * came: acting on it would break a busy server at the guardian's first start.
   */
  static final long FRESH_NANOS = 60_000_000_000L;

  private static final Set<Operation> ALL = Operation.unlessNamed();

  private DetectorFindings() {}

  static Finding ofBurst(Observation observation, BurstDetector.Burst burst) {
    FeatureVector vector = observation.vector();
    BurstKind kind = burst.kind();
    StringBuilder text = new StringBuilder(subject(observation));
    text.append(": ").append(kind.detector().replace('-', ' ')).append(", ");
    if (kind.feature() == Feature.DESTINATIONS || kind.feature() == Feature.DESTINATION_PORTS) {
      text.append(number(vector.value(Feature.CONNECTS))).append(" connects to ");
    }
    text.append(number(burst.count())).append(' ').append(kind.noun());
    text.append(" in ").append(String.format(Locale.ROOT, "%.2f s; ", vector.seconds()));
    if (burst.warm()) {
      text.append("this program's usual is ").append(number(burst.usual())).append(" a second");
    } else {
      text.append("nothing is known of this program yet, the limit is ")
          .append(number(burst.limit()))
          .append(" a second");
    }
    boolean knownEnough =
        burst.warm() || vector.endNanos() - vector.process().startBoottimeNanos() < FRESH_NANOS;
    if (!knownEnough) {
      text.append("; it was there before anything was known of it, so this is only told");
    }
    double rate = Math.clamp(2 * burst.usual(), 1, kind.floor() / 8.0);
    TokenRate tokens = new TokenRate(rate, Math.max(5, (int) Math.ceil(rate)));
    return finding(
        observation,
        kind.detector(),
        burst.score() >= THROTTLE_SCORE ? Priority.CRITICAL : Priority.WARNING,
        text,
        burst.score(),
        List.of(new FeatureContribution(kind.feature().title(), burst.count(), burst.usual(), 1)),
        knownEnough
            ? Optional.of(
                new Proposal(
                    Action.THROTTLE, kind.operations(), DURATION_NANOS, Optional.of(tokens)))
            : Optional.empty(),
        kind.tags());
  }

  static Finding ofAnomaly(Observation observation, Score.Anomalous anomaly) {
    StringBuilder text = new StringBuilder(subject(observation));
    text.append(": unlike this program's past (score ")
        .append(String.format(Locale.ROOT, "%.2f", anomaly.score()))
        .append(')');
    String separator = ": ";
    for (FeatureContribution driver : anomaly.drivers()) {
      text.append(separator)
          .append(driver.feature())
          .append(' ')
          .append(number(driver.value()))
          .append(", usually ")
          .append(number(driver.usual()));
      separator = "; ";
    }
    return finding(
        observation,
        MODEL,
        anomaly.score() >= THROTTLE_SCORE ? Priority.WARNING : Priority.NOTICE,
        text,
        anomaly.score(),
        anomaly.drivers(),
        proposal(anomaly),
        List.of("anomaly"));
  }

  /** Doing less than usual is odd too, but there is nothing in it to throttle. */
  private static Optional<Proposal> proposal(Score.Anomalous anomaly) {
    boolean more =
        anomaly.drivers().stream()
                .filter(driver -> driver.value() > driver.usual())
                .mapToDouble(FeatureContribution::weight)
                .sum()
            > 0.5;
    if (!more) {
      return Optional.empty();
    }
    if (anomaly.score() < THROTTLE_SCORE) {
      return Optional.of(new Proposal(Action.WATCH, ALL, DURATION_NANOS, Optional.empty()));
    }
    return Optional.of(
        new Proposal(Action.THROTTLE, ALL, DURATION_NANOS, Optional.of(new TokenRate(5, 10))));
  }

  private static Finding finding(
      Observation observation,
      String detector,
      Priority priority,
      StringBuilder text,
      double score,
      List<FeatureContribution> drivers,
      Optional<Proposal> proposal,
      List<String> tags) {
    FeatureVector vector = observation.vector();
    List<String> all = new ArrayList<>(tags);
    all.add("scope_" + vector.program().scope().label());
    if (vector.has(FeatureVector.Flag.DEGRADED)) {
      all.add(Finding.DEGRADED);
      text.append(" (degraded: the kernel is losing events, counts may be too low)");
    }
    return new Finding(
        Finding.Source.MODEL,
        detector,
        priority,
        vector.endNanos(),
        observation.process(),
        observation.ancestry(),
        text.toString(),
        score,
        drivers,
        proposal,
        all);
  }

  private static String subject(Observation observation) {
    ProcessInfo process = observation.process();
    String name = process.path().isEmpty() ? process.comm() : process.path();
    String who = name + " (pid " + process.key().tgid() + ")";
    return switch (observation.vector().program().scope()) {
      case PROCESS -> who;
      case TREE -> "short-lived descendants of " + who;
      case PROGRAM -> "short runs below " + who;
    };
  }

  private static String number(double value) {
    return value >= 10 || value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.2g", value);
  }
}
