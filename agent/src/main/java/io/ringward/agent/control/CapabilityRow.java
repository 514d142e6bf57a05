/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

/**
 * A capability as {@code doctor} shows it.
 *
 * @param capability what is wished for
 * @param rung how it is done here; {@code none} when it is not
 * @param level how good that is: {@code best}, {@code next}, {@code last} or {@code none}
 * @param detail what was seen
 * @param lift what would lift it to a better rung; "" when it is the best
 */
public record CapabilityRow(
    String capability, String rung, String level, String detail, String lift) {}
