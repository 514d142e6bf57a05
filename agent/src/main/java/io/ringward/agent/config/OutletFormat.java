/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.config;

/** In which form an outlet writes incidents for programs. */
public enum OutletFormat {
  /** Ringward's own. */
  JSON,
  /** As Falco writes its alerts. */
  FALCO
}
