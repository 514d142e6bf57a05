/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.tap;

import io.ringward.kernel.EventView;
import io.ringward.rules.EventFilter;
import io.ringward.rules.event.EventContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The listeners of one stage. While there is none, an event costs the stage one read of a field.
 * Opening and closing are thread-safe.
 */
public final class EventTaps {
  /** How many may listen at once: each costs the stage its filter on each event. */
  public static final int MOST = 4;

  private static final EventTap[] NONE = {};

  private volatile EventTap[] open = NONE;

  /** Shows an event to whoever listens. The stage's thread only. */
  public void offer(EventContext facts, EventView view) {
    for (EventTap tap : open) {
      tap.offer(facts, view);
    }
  }

  /**
   * Begins to listen.
   *
   * @return empty when {@link #MOST} do already
   */
  public synchronized Optional<EventTap> open(EventFilter filter) {
    if (open.length == MOST) {
      return Optional.empty();
    }
    EventTap tap = new EventTap(filter, this::close);
    List<EventTap> taps = new ArrayList<>(List.of(open));
    taps.add(tap);
    open = taps.toArray(NONE);
    return Optional.of(tap);
  }

  /** How many listen. */
  public int count() {
    return open.length;
  }

  private synchronized void close(EventTap tap) {
    List<EventTap> taps = new ArrayList<>(List.of(open));
    taps.remove(tap);
    open = taps.toArray(NONE);
  }
}
