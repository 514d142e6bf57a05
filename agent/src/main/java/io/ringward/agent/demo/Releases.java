/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import io.ringward.agent.control.VerdictRow;
import java.util.List;
import java.util.stream.Collectors;

/** The end of each act: an operator releases what is in force, and the process feels it. */
final class Releases {
  private Releases() {}

  /**
   * Releases the verdicts on a process.
   *
   * @return whether its next connection was allowed
   */
  static boolean release(Stage stage, Actor actor) throws DemoException, InterruptedException {
    List<VerdictRow> released = stage.agent().release(actor.pid());
    stage
        .story()
        .fact(
            "release",
            "ringward verdicts release "
                + released.stream().map(VerdictRow::id).collect(Collectors.joining(" ")));
    long before = actor.count(Actor.ALLOWED);
    boolean allowed =
        !released.isEmpty()
            && stage
                .agent()
                .within(Stage.PATIENCE_SECONDS, () -> actor.count(Actor.ALLOWED) > before);
    if (allowed) {
      stage
          .story()
          .fact("process", "connects again: " + Actor.ALLOWED + ", as before", Story.Paint.GOOD);
    }
    return allowed;
  }
}
