/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.kernel.ControlItem.RuleText;
import java.io.Serializable;
import java.util.List;

/**
 * What the ordered stage is made with.
 *
 * @param rules the files to begin with, already checked
 * @param processCapacity most entries of the process table
 * @param windowCapacity most open feature windows
 * @param hashSeed of the sketches: this host's own, so that nobody can prepare collisions; the same
 *     in a replay
 */
public record StageOptions(
    List<RuleText> rules, int processCapacity, int windowCapacity, long hashSeed) {
  public StageOptions {
    rules = List.copyOf(rules);
  }
}
