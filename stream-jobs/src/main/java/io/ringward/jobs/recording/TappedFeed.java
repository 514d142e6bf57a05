/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.kernel.ControlItem;
import io.ringward.kernel.EventFeed;
import java.util.function.Supplier;

/** A feed whose items go by a {@link TapLine} before they are handed over, when there is one. */
final class TappedFeed implements EventFeed {
  private final EventFeed feed;
  private final Supplier<TapLine> lines;
  private TapLine line;
  private Handler handler = item -> {};

  /** Made once: a lambda for each pass would be an allocation. */
  private final Handler tapping =
      item -> {
        line.take(item);
        handler.accept(item);
      };

  /**
   * @param lines gives the line now, or null while nothing is recorded
   */
  TappedFeed(EventFeed feed, Supplier<TapLine> lines) {
    this.feed = feed;
    this.lines = lines;
  }

  @Override
  public int poll(Handler handler, int limit) {
    TapLine now = lines.get();
    if (now == null) {
      return feed.poll(handler, limit);
    }
    this.line = now;
    this.handler = handler;
    int handed = feed.poll(tapping, limit);
    now.polled();
    return handed;
  }

  @Override
  public boolean await(long timeoutNanos) throws InterruptedException {
    return feed.await(timeoutNanos);
  }

  @Override
  public void wakeup() {
    feed.wakeup();
  }

  @Override
  public boolean submit(ControlItem item) {
    return feed.submit(item);
  }

  @Override
  public boolean ended() {
    return feed.ended();
  }

  @Override
  public long lagBytes() {
    return feed.lagBytes();
  }

  /** The real feed is closed by whoever opened it. */
  @Override
  public void close() {}
}
