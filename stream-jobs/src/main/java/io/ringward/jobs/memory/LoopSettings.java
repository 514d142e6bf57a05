/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.memory;

import io.ringward.decide.Policy;
import io.ringward.decide.Protection;
import io.ringward.kernel.ControlItem.RuleText;
import java.util.List;
import java.util.Objects;

/**
 * What the loop of one host goes by.
 *
 * @param rules the files to begin with, already checked
 * @param policy how far the guardian may go
 * @param protection whom it never acts on
 * @param capacities bounds
 * @param seed this host's own secret: decides what is random in models and sketches
 * @param bootId tells boots of this machine apart, see {@code proc_sys_kernel(5)}
 */
public record LoopSettings(
    List<RuleText> rules,
    Policy policy,
    Protection protection,
    Capacities capacities,
    long seed,
    String bootId) {
  private static final int PREFIX = 8;

  public LoopSettings {
    rules = List.copyOf(rules);
    Objects.requireNonNull(policy);
    Objects.requireNonNull(protection);
    Objects.requireNonNull(capacities);
    if (bootId.isBlank()) {
      throw new IllegalArgumentException("a boot id is not blank");
    }
  }

  /** What incident ids of this boot begin with. */
  public String incidentPrefix() {
    return bootId.length() <= PREFIX ? bootId : bootId.substring(0, PREFIX);
  }
}
