/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.source;

import io.ringward.kernel.FeedItem;
import java.net.URI;
import java.util.Objects;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A source over the {@link io.ringward.kernel.EventFeed} that is registered at a URI. It emits
 * events as <b>reused views</b>: what is chained to it must be done with an item when its call
 * returns. It ends when the feed ends.
 */
public final class FeedSource implements Source<FeedItem, FeedSplit, Boolean> {
  private static final long serialVersionUID = 1;

  private final URI uri;

  /**
   * @param uri looked up in {@link io.ringward.kernel.HostPorts} when the reader starts
   */
  public FeedSource(URI uri) {
    this.uri = Objects.requireNonNull(uri);
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<FeedItem, FeedSplit> createReader(SourceReaderContext context) {
    return new FeedReader(uri);
  }

  @Override
  public SplitEnumerator<FeedSplit, Boolean> createEnumerator(
      SplitEnumeratorContext<FeedSplit> context) {
    return new FeedEnumerator(context, new FeedSplit(uri), false);
  }

  @Override
  public SplitEnumerator<FeedSplit, Boolean> restoreEnumerator(
      SplitEnumeratorContext<FeedSplit> context, Boolean assigned) {
    return new FeedEnumerator(context, new FeedSplit(uri), assigned);
  }

  @Override
  public SimpleVersionedSerializer<FeedSplit> getSplitSerializer() {
    return new FeedSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<Boolean> getEnumeratorCheckpointSerializer() {
    return new AssignedSerializer();
  }
}
