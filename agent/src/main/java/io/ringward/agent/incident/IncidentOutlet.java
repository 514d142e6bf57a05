/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;
import java.io.IOException;

/** Where incidents go. Called by one thread; may block, since it has a queue of its own. */
public interface IncidentOutlet extends AutoCloseable {
  /** The metric label: {@code stdout}, {@code file}. */
  String name();

  /**
   * Carries one incident out.
   *
   * @throws IOException when it could not be; it is counted, said, and the next one is tried
   */
  void write(Incident incident) throws IOException;

  @Override
  void close() throws IOException;
}
