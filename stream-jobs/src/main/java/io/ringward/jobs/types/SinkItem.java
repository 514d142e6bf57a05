/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.types;

import io.ringward.kernel.Incident;
import io.ringward.kernel.Verdict;
import java.util.OptionalLong;

/** What goes from the decide operator to the sink. */
public sealed interface SinkItem {
  /**
   * A verdict to be put in force.
   *
   * @param supersedes to be released once the verdict is in force
   */
  record Apply(Verdict verdict, OptionalLong supersedes) implements SinkItem {}

  /** A verdict to be ended. */
  record Release(long timeNanos, long verdictId, String why) implements SinkItem {}

  /** People are to be told. */
  record Tell(Incident incident) implements SinkItem {}

  /** A tick at the end of its way through the loop; see {@link ScoreItem.Pulse}. */
  record Pulse(long timeNanos, long enteredNanos) implements SinkItem {}
}
