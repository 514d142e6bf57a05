/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import io.ringward.detect.Score;
import io.ringward.kernel.ProcessInfo;
import java.util.Optional;

/**
 * How a process stands now. Immutable.
 *
 * @param process as it was last seen
 * @param seenNanos end of the last window, or time of the last finding ({@code CLOCK_BOOTTIME})
 * @param windowNanos end of the last whole window
 * @param events execs, forks and exits of its children, connects and binds, in that window
 * @param treeEvents the same of its short-lived descendants
 * @param onCpuShare cores that it used
 * @param waitMillisPerSecond run-queue wait
 * @param judgement what the model of its program says, when there was a window
 * @param finding name of the last rule or detector that found something, "" for none
 * @param findingScore its score, 1 for a rule
 * @param findingNanos when
 */
public record Standing(
    ProcessInfo process,
    long seenNanos,
    long windowNanos,
    double events,
    double treeEvents,
    double onCpuShare,
    double waitMillisPerSecond,
    Optional<Score> judgement,
    String finding,
    double findingScore,
    long findingNanos) {
  static Standing of(ProcessInfo process) {
    return new Standing(process, 0, 0, 0, 0, 0, 0, Optional.empty(), "", 0, 0);
  }
}
