/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.sink;

import io.ringward.jobs.memory.LoopMemory;
import io.ringward.jobs.types.SinkItem;
import io.ringward.kernel.HostPorts;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The end of the loop: puts verdicts in force, ends them, tells people, and beats the heart.
 * Chained to the decide operator.
 */
public final class VerdictSink
    implements Sink<SinkItem>, SupportsWriterState<SinkItem, SavedVerdicts> {
  private static final long serialVersionUID = 1;

  private final URI uri;

  /**
   * @param uri of the ports; their {@link LoopMemory} is open
   */
  public VerdictSink(URI uri) {
    this.uri = Objects.requireNonNull(uri);
  }

  @Override
  public StatefulSinkWriter<SinkItem, SavedVerdicts> createWriter(WriterInitContext context) {
    return restoreWriter(context, List.of());
  }

  @Override
  public StatefulSinkWriter<SinkItem, SavedVerdicts> restoreWriter(
      WriterInitContext context, Collection<SavedVerdicts> saved) {
    LoopMemory memory = LoopMemory.at(uri);
    return new VerdictWriter(
        HostPorts.at(uri), memory.feedback(), memory.settings().bootId(), List.copyOf(saved));
  }

  @Override
  public SimpleVersionedSerializer<SavedVerdicts> getWriterStateSerializer() {
    return new SavedVerdictsSerializer();
  }
}
