/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.jobs.memory.LoopMemory;
import io.ringward.jobs.memory.StateExchange;
import io.ringward.jobs.memory.StateExchange.Part;
import io.ringward.jobs.types.DecideItem;
import io.ringward.jobs.types.ScoreItem;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.FeedItem;
import java.io.DataInput;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Flink's side of the {@link HostStage}. Chained to the source, since items are reused views; what
 * needs no score passes through the score operator, so that all is one chain.
 */
public final class StageFunction extends ProcessFunction<FeedItem, ScoreItem> {
  private static final long serialVersionUID = 1;
  private static final int IMAGE_BYTES = 1 << 16;

  private final URI uri;
  private transient HostStage stage;
  private transient StateExchange exchange;
  private transient Route route;

  /**
   * @param uri of the feed, whose {@link LoopMemory} is open
   */
  public StageFunction(URI uri) {
    this.uri = Objects.requireNonNull(uri);
  }

  @Override
  public void open(OpenContext context) {
    LoopMemory memory = LoopMemory.at(uri);
    stage = memory.stage(HostStage.class);
    exchange = memory.exchange();
    exchange.attempted();
    route = new Route();
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    metrics.gauge("processes", () -> stage.table().size());
    metrics.gauge("forgottenProcesses", () -> stage.table().forgottenAlive());
    metrics.gauge("windows", () -> stage.windows().size());
    metrics.gauge("forgottenWindows", () -> stage.windows().evictions());
    metrics.gauge("degraded", () -> stage.windows().isDegraded() ? 1 : 0);
  }

  @Override
  public void processElement(FeedItem item, Context context, Collector<ScoreItem> out)
      throws IOException {
    route.out = out;
    if (item instanceof ControlItem.RecordingMark mark && mark.begins()) {
      exchangeState(mark.number());
    }
    stage.accept(item, route);
    if (item instanceof ControlItem.Tick tick && exchange.isReplay()) {
      route.toDecide(new DecideItem.StagePulse(tick.timeNanos()));
    }
  }

  private void exchangeState(int mark) throws IOException {
    Optional<DataInput> given = exchange.given(mark, Part.STAGE);
    if (given.isPresent()) {
      stage.read(given.get());
    } else {
      DataOutputSerializer image = new DataOutputSerializer(IMAGE_BYTES);
      stage.write(image);
      exchange.taken(mark, Part.STAGE, image.getCopyOfBuffer());
    }
  }

  private static final class Route implements StageOutput {
    private Collector<ScoreItem> out;

    @Override
    public void toScore(ScoreItem item) {
      out.collect(item);
    }

    @Override
    public void toDecide(DecideItem item) {
      out.collect(new ScoreItem.Unscored(item));
    }
  }
}
