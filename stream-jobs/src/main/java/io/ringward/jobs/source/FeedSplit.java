/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.source;

import java.net.URI;
import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * The one split of a feed: the whole of it. It carries no position, since a ring cannot be read
 * twice: after a restart reading goes on where the feed stands.
 *
 * @param uri where the ports are registered
 */
record FeedSplit(URI uri) implements SourceSplit {
  FeedSplit {
    Objects.requireNonNull(uri);
  }

  @Override
  public String splitId() {
    return uri.toString();
  }
}
