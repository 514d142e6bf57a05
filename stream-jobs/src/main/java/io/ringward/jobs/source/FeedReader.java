/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.source;

import io.ringward.kernel.EventFeed;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.HostPorts;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;

/**
 * Takes items out of the feed on the task's own thread, without a thread hop between.
 *
 * <p>{@link #pollNext} hands over a bounded number of items, so that checkpoints and cancellation
 * get their turn under load. When nothing is there it waits in the feed itself for a short time:
 * measured against a second thread that waits and completes {@link #isAvailable}, this takes a
 * thread hop off each event that arrives in silence, at the price that a checkpoint may start later
 * by as much as the wait.
 */
final class FeedReader implements SourceReader<FeedItem, FeedSplit> {
  /** Most items of one {@link #pollNext}. */
  static final int DUTY_ITEMS = 512;

  /** Longest wait inside of one {@link #pollNext}. */
  static final long WAIT_NANOS = 50_000_000;

  private static final CompletableFuture<Void> AVAILABLE = CompletableFuture.completedFuture(null);

  private final CompletableFuture<Void> assigned = new CompletableFuture<>();
  private final FeedSplit split;
  private EventFeed feed;
  private boolean noMoreSplits;
  private ReaderOutput<FeedItem> output;

  /** One handler for the reader's life: a lambda for each poll would be an allocation. */
  private final EventFeed.Handler handler = item -> output.collect(item);

  /**
   * @param uri the feed to read, whatever a checkpoint says was read before
   */
  FeedReader(URI uri) {
    this.split = new FeedSplit(uri);
  }

  @Override
  public void start() {}

  @Override
  public InputStatus pollNext(ReaderOutput<FeedItem> output) throws InterruptedException {
    if (feed == null) {
      return noMoreSplits ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
    }
    this.output = output;
    if (feed.poll(handler, DUTY_ITEMS) == 0) {
      if (feed.ended()) {
        return InputStatus.END_OF_INPUT;
      }
      if (feed.await(WAIT_NANOS)) {
        feed.poll(handler, DUTY_ITEMS);
      }
    }
    return InputStatus.MORE_AVAILABLE;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return feed == null && !noMoreSplits ? assigned : AVAILABLE;
  }

  @Override
  public void addSplits(List<FeedSplit> splits) {
    if (!splits.isEmpty()) {
      feed = HostPorts.at(split.uri()).feed();
    }
    assigned.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    assigned.complete(null);
  }

  @Override
  public List<FeedSplit> snapshotState(long checkpointId) {
    return feed == null ? List.of() : List.of(split);
  }

  /** The feed belongs to whoever registered it. */
  @Override
  public void close() {}
}
