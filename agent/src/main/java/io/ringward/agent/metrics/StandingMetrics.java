/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.ringward.kernel.DecisionStanding;
import io.ringward.kernel.DetectorArming;
import io.ringward.kernel.DetectorArming.State;
import java.util.List;

/** What stands between findings and verdicts: disarmer, feedback, decay. Thread-safe. */
final class StandingMetrics extends Collector {
  private volatile DecisionStanding standing = DecisionStanding.CLEAR;

  void onStanding(DecisionStanding now) {
    standing = now;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    DecisionStanding now = standing;
    GaugeMetricFamily stopped =
        new GaugeMetricFamily(
            "ringward_detectors_stopped",
            "Rules and models that are not obeyed, since they hit too many at once.",
            List.of("state"));
    CounterMetricFamily disarms =
        new CounterMetricFamily(
            "ringward_disarms", "How often a rule or model was stopped.", List.of("state"));
    for (State state : List.of(State.DISARMED, State.DISMANTLED)) {
      stopped.addMetric(List.of(state.label()), count(now.stopped(), state));
    }
    disarms.addMetric(List.of(State.DISARMED.label()), now.disarmed());
    disarms.addMetric(List.of(State.DISMANTLED.label()), now.dismantled());
    GaugeMetricFamily taught =
        new GaugeMetricFamily(
            "ringward_feedback_programs",
            "Pairs of a detector and a program that an operator's feedback changes.",
            List.of("leaning"));
    long reluctant = now.leanings().stream().filter(one -> one.leaning() > 0).count();
    long surer = now.leanings().stream().filter(one -> one.leaning() < 0).count();
    taught.addMetric(List.of("reluctant"), reluctant);
    taught.addMetric(List.of("surer"), surer);
    return List.of(
        stopped,
        disarms,
        taught,
        new CounterMetricFamily(
            "ringward_verdicts_eased",
            "Verdicts lowered or ended early because behaviour recovered.",
            now.eased()));
  }

  private static long count(List<DetectorArming> stopped, State state) {
    return stopped.stream().filter(one -> one.state() == state).count();
  }
}
