/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

/** Names of control groups for people: evidence, never identity. Thread-safe. */
@FunctionalInterface
public interface ControlGroupNames {
  /** The path below the version 2 root ({@code /} for the root), or the id when it is unknown. */
  String nameOf(long cgroupId);
}
