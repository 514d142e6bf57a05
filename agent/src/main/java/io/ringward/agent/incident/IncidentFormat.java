/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import io.ringward.kernel.Incident;

/** How an incident is written down for programs. Thread-safe. */
public interface IncidentFormat {
  /** The most bytes of a line, whatever processes call themselves. */
  int LONGEST_BYTES = 64 * 1024;

  /** Whether this form tells of it at all. */
  boolean tells(Incident incident);

  /** One line in UTF-8, with its line break, of at most {@link #LONGEST_BYTES}. */
  byte[] line(Incident incident);
}
