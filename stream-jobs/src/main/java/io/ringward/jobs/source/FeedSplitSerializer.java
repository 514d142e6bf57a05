/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.source;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Version 1 is the URI in UTF-8. */
final class FeedSplitSerializer implements SimpleVersionedSerializer<FeedSplit> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(FeedSplit split) {
    return split.splitId().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public FeedSplit deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION) {
      throw new IOException("a feed's split of version " + version + " cannot be read by this one");
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      return new FeedSplit(new URI(text));
    } catch (URISyntaxException e) {
      throw new IOException("'" + text + "' is not the URI of a feed", e);
    }
  }
}
