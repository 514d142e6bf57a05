/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

import io.ringward.agent.text.DurationText;
import io.ringward.decide.DisarmPolicy;
import java.time.Duration;
import java.util.List;

/** Settings of the decision; all of {@link SettingTable}. */
final class DecisionSettings {
  static final Setting<Integer> DISARM_LIMIT =
      new Setting<>(
          "decide.disarm_limit",
          "--disarm-limit",
          false,
          "Distinct process trees or cgroups that one rule or model may hit at once (default: 10).",
          "10",
          (text, base) -> SettingTable.wholeNumber(text, 1, DisarmPolicy.MOST_HITS));

  static final Setting<Duration> DISARM_WINDOW =
      new Setting<>(
          "decide.disarm_window",
          "--disarm-window",
          false,
          "What 'at once' means for the disarmer (default: 1m).",
          "1m",
          (text, base) -> duration(text, Duration.ofHours(1)));

  static final Setting<Duration> DISARM_QUIET =
      new Setting<>(
          "decide.disarm_quiet",
          "--disarm-quiet",
          false,
          "What was disarmed is armed again after so long under the limit (default: 10m).",
          "10m",
          (text, base) -> duration(text, Duration.ofDays(1)));

  static final List<Setting<?>> ALL = List.of(DISARM_LIMIT, DISARM_WINDOW, DISARM_QUIET);

  private DecisionSettings() {}

  static DisarmPolicy disarm(Settings settings) {
    DisarmPolicy standard = DisarmPolicy.STANDARD;
    return standard.with(
        settings.get(DISARM_LIMIT).orElse(standard.limit()),
        settings.get(DISARM_WINDOW).map(Duration::toNanos).orElse(standard.windowNanos()),
        settings.get(DISARM_QUIET).map(Duration::toNanos).orElse(standard.quietNanos()));
  }

  static Duration duration(String text, Duration most) {
    Duration duration = DurationText.parse(text);
    if (duration.compareTo(Duration.ofSeconds(1)) < 0 || duration.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          text + " is out of bounds: expected 1s to " + DurationText.of(most));
    }
    return duration;
  }
}
