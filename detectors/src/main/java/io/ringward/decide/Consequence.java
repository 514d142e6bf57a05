/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.Incident;
import io.ringward.kernel.Verdict;
import java.util.Objects;

/**
 * What follows from a decision, or from time, beside the ruling itself; see {@link
 * Decider#takeConsequences}.
 */
public sealed interface Consequence {
  /**
   * A verdict takes the place of a stronger one.
   *
   * @param supersedes to be released once the verdict is in force
   */
  record Ease(Verdict verdict, long supersedes) implements Consequence {
    public Ease {
      Objects.requireNonNull(verdict);
    }
  }

  /** A verdict is to be ended. */
  record End(long verdictId, String why) implements Consequence {
    public End {
      Objects.requireNonNull(why);
    }
  }

  /** People are to be told. */
  record Tell(Incident incident) implements Consequence {
    public Tell {
      Objects.requireNonNull(incident);
    }
  }
}
