/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.bench;

import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.EventView;

/**
 * As many events as the job takes, with the time that a given rate would have, and a tick every 250
 * ms.
 */
final class FloodFeed implements EventFeed {
  private static final long TICK_NANOS = 250_000_000L;

  private final EventMix mix = new EventMix();
  private final EventView view = new EventView();
  private final long events;
  private final long stepNanos;
  private long given;
  private long time = 10_000_000_000L;
  private long nextTick = time;

  /**
   * @param events after so many it ends
   * @param perSecond of event time
   */
  FloodFeed(long events, long perSecond) {
    this.events = events;
    this.stepNanos = 1_000_000_000L / perSecond;
  }

  @Override
  public int poll(Handler handler, int limit) {
    int handed = 0;
    while (handed < limit && given < events) {
      if (time >= nextTick) {
        nextTick += TICK_NANOS;
        handler.accept(new ControlItem.Tick(time));
      } else {
        var event = mix.next(time);
        handler.accept(view.wrap(event, 0, event.byteSize()));
        time += stepNanos;
        given++;
      }
      handed++;
    }
    return handed;
  }

  @Override
  public boolean await(long timeoutNanos) {
    return true;
  }

  @Override
  public void wakeup() {}

  @Override
  public boolean submit(ControlItem item) {
    return false;
  }

  @Override
  public boolean ended() {
    return given == events;
  }

  @Override
  public long lagBytes() {
    return 0;
  }

  @Override
  public void close() {}
}
