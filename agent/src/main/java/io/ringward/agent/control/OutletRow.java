/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.util.Map;

/**
 * An outlet of incidents.
 *
 * @param outlet {@code stdout}, {@code file}, {@code webhook}, {@code alertmanager}, {@code syslog}
 * @param target where it leads, without secrets
 * @param emitted incidents and updates carried out
 * @param collapsed replaced in line by a later update of the same incident
 * @param waiting in line
 * @param lost given up, by cause; only causes that occurred
 * @param lastError what went wrong last; "" when nothing has
 * @param lastErrorNanos how long ago that was
 * @param answer of a test: what came back, or what went wrong; "" when none was asked for
 * @param delivered of a test: whether it was taken
 */
public record OutletRow(
    String outlet,
    String target,
    long emitted,
    long collapsed,
    int waiting,
    Map<String, Long> lost,
    String lastError,
    long lastErrorNanos,
    String answer,
    boolean delivered) {
  public OutletRow {
    lost = Map.copyOf(lost);
  }
}
