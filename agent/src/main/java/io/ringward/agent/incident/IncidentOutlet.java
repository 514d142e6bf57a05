/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;

/** Where incidents go. Called by one thread; may block, since it has a queue of its own. */
public interface IncidentOutlet extends AutoCloseable {
  /** The metric label: {@code stdout}, {@code file}, {@code webhook}. */
  String name();

  /** Where it leads, for people; without secrets. */
  default String target() {
    return name();
  }

  /**
   * Carries one incident out.
   *
   * @return what came back, for people: {@code HTTP 200}
   * @throws DeliveryException when the receiver did not take it; says whether to try again
   * @throws IOException when it could not be carried out; it is counted, said, and the next one is
   *     tried
   */
  String write(Incident incident) throws IOException, InterruptedException;

  /**
   * Nothing waits; called about once a second.
   *
   * @throws IOException when what is to be kept up could not be
   */
  default void idle() throws IOException, InterruptedException {}

  /** Opens anew at the next incident what may have been moved away (SIGHUP). Any thread. */
  default void reopen() {}

  @Override
  void close() throws IOException;
}
