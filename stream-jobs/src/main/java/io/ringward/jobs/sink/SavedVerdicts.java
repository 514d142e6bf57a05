/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.sink;

import io.ringward.kernel.Verdict;
import java.util.List;
import java.util.Objects;

/**
 * What the verdict sink keeps over a restart.
 *
 * @param bootId the boot in which the verdicts were in force: in another one their processes do not
 *     exist
 */
record SavedVerdicts(String bootId, List<Verdict> verdicts) {
  SavedVerdicts {
    Objects.requireNonNull(bootId);
    verdicts = List.copyOf(verdicts);
  }
}
