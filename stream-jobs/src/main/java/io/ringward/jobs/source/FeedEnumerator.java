/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.source;

import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/**
 * Gives the one split to the first reader. What it remembers over a restart is whether it has done
 * so: then the split comes back from the reader's own state.
 */
final class FeedEnumerator implements SplitEnumerator<FeedSplit, Boolean> {
  private final SplitEnumeratorContext<FeedSplit> context;
  private final FeedSplit split;
  private boolean assigned;

  FeedEnumerator(SplitEnumeratorContext<FeedSplit> context, FeedSplit split, boolean assigned) {
    this.context = context;
    this.split = split;
    this.assigned = assigned;
  }

  @Override
  public void start() {}

  @Override
  public void handleSplitRequest(int subtask, String host) {}

  @Override
  public void addReader(int subtask) {
    if (!assigned) {
      assigned = true;
      context.assignSplit(split, subtask);
    }
    context.signalNoMoreSplits(subtask);
  }

  @Override
  public void addSplitsBack(List<FeedSplit> splits, int subtask) {
    assigned = assigned && splits.isEmpty();
  }

  @Override
  public Boolean snapshotState(long checkpointId) {
    return assigned;
  }

  @Override
  public void close() {}
}
