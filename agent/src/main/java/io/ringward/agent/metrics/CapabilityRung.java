/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.metrics;

/**
 * Which rung of the ladder is in force for a capability, as labels.
 *
 * @param capability what is wished for
 * @param rung how it is done
 */
public record CapabilityRung(String capability, String rung) {}
