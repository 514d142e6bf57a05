/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import io.ringward.detect.ProgramKey;
import io.ringward.jobs.function.DecideOperator;
import io.ringward.jobs.function.ScoreOperator;
import io.ringward.jobs.function.StageFunction;
import io.ringward.jobs.sink.VerdictSink;
import io.ringward.jobs.source.FeedSource;
import io.ringward.jobs.types.DecideItem;
import io.ringward.jobs.types.ScoreItem;
import io.ringward.jobs.types.SinkItem;
import io.ringward.jobs.types.StateType;
import io.ringward.kernel.FeedItem;
import java.net.URI;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The graph of the loop of one host. Names are those of metrics; uids are those of state, and never
 * change.
 */
final class HostTopology {
  static final String FEED = "feed";
  static final String STAGE = "stage";
  static final String SCORE = "score";
  static final String DECIDE = "decide";
  static final String VERDICTS = "verdicts";

  private HostTopology() {}

  /**
   * Builds the graph.
   *
   * @param uri of the ports
   * @param settings of the job
   */
  static JobGraph build(URI uri, Configuration settings) {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings);
    DataStream<FeedItem> feed =
        environment
            .fromSource(
                new FeedSource(uri),
                WatermarkStrategy.noWatermarks(),
                FEED,
                StateType.FEED_ITEM.information(FeedItem.class))
            .uid("host-feed");
    SingleOutputStreamOperator<ScoreItem> stage =
        feed.process(new StageFunction(uri), StateType.SCORE_ITEM.information(ScoreItem.class))
            .name(STAGE)
            .uid("host-stage");
    // Keyed without an exchange: at parallelism 1 an exchange sends everything to where it is
    // already, and costs each verdict two serialisations and the waking of a thread.
    DataStream<DecideItem> scored =
        DataStreamUtils.reinterpretAsKeyedStream(
                stage, ScoreOperator::keyOf, StateType.PROGRAM_KEY.information(ProgramKey.class))
            .transform(
                SCORE, StateType.DECIDE_ITEM.information(DecideItem.class), new ScoreOperator(uri))
            .uid("host-score");
    DataStream<SinkItem> decided =
        scored
            .transform(
                DECIDE, StateType.SINK_ITEM.information(SinkItem.class), new DecideOperator(uri))
            .uid("host-decide");
    decided.sinkTo(new VerdictSink(uri)).name(VERDICTS).uid("host-verdicts");
    return environment.getStreamGraph().getJobGraph();
  }
}
