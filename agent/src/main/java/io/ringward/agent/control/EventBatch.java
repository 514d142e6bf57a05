/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import java.util.List;

/**
 * The next events of a stream.
 *
 * @param events oldest first, none when nothing happened for a moment
 * @param missed how many passed the filter since the last batch and are not shown, because the
 *     listener was too slow
 */
public record EventBatch(List<EventRow> events, long missed) {
  public EventBatch {
    events = List.copyOf(events);
  }
}
