/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.blob.TransientBlobService;
import org.apache.flink.runtime.dispatcher.DispatcherGateway;
import org.apache.flink.runtime.leaderelection.LeaderElection;
import org.apache.flink.runtime.resourcemanager.ResourceManagerGateway;
import org.apache.flink.runtime.rest.RestEndpointFactory;
import org.apache.flink.runtime.rest.handler.RestHandlerConfiguration;
import org.apache.flink.runtime.rest.handler.RestHandlerSpecification;
import org.apache.flink.runtime.rest.handler.legacy.metrics.MetricFetcher;
import org.apache.flink.runtime.rpc.FatalErrorHandler;
import org.apache.flink.runtime.webmonitor.WebMonitorEndpoint;
import org.apache.flink.runtime.webmonitor.retriever.LeaderGatewayRetriever;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelInboundHandler;

/**
 * Makes REST endpoints that have no handler at all, so that every request is answered by 404, and
 * remembers the one it made so that it can be closed as soon as the cluster does not insist on it.
 */
final class SilentEndpointFactory implements RestEndpointFactory<DispatcherGateway> {
  private SilentEndpoint made;

  @Override
  public WebMonitorEndpoint<DispatcherGateway> createRestEndpoint(
      Configuration configuration,
      LeaderGatewayRetriever<DispatcherGateway> dispatcherRetriever,
      LeaderGatewayRetriever<ResourceManagerGateway> resourceManagerRetriever,
      TransientBlobService blobs,
      ScheduledExecutorService executor,
      MetricFetcher metricFetcher,
      LeaderElection leaderElection,
      FatalErrorHandler fatalErrorHandler)
      throws Exception {
    RestHandlerConfiguration handlers = RestHandlerConfiguration.fromConfiguration(configuration);
    made =
        new SilentEndpoint(
            configuration,
            handlers,
            dispatcherRetriever,
            resourceManagerRetriever,
            blobs,
            executor,
            metricFetcher,
            leaderElection,
            fatalErrorHandler);
    return made;
  }

  /** Closes the port of the endpoint made last; its later close by the cluster does nothing. */
  CompletableFuture<Void> close() {
    return made.closeAsync();
  }

  @SuppressWarnings(
      "try") // WebMonitorEndpoint.close() may be interrupted: that is Flink's declaration.
  private static final class SilentEndpoint extends WebMonitorEndpoint<DispatcherGateway> {
    SilentEndpoint(
        Configuration configuration,
        RestHandlerConfiguration handlers,
        LeaderGatewayRetriever<DispatcherGateway> dispatcherRetriever,
        LeaderGatewayRetriever<ResourceManagerGateway> resourceManagerRetriever,
        TransientBlobService blobs,
        ScheduledExecutorService executor,
        MetricFetcher metricFetcher,
        LeaderElection leaderElection,
        FatalErrorHandler fatalErrorHandler)
        throws Exception {
      super(
          dispatcherRetriever,
          configuration,
          handlers,
          resourceManagerRetriever,
          blobs,
          executor,
          metricFetcher,
          leaderElection,
          RestEndpointFactory.createExecutionGraphCache(handlers),
          fatalErrorHandler);
    }

    @Override
    protected List<Tuple2<RestHandlerSpecification, ChannelInboundHandler>> initializeHandlers(
        CompletableFuture<String> localAddress) {
      return new ArrayList<>();
    }
  }
}
