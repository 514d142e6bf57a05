/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.blob.BlobServer;
import org.apache.flink.runtime.dispatcher.SessionDispatcherFactory;
import org.apache.flink.runtime.dispatcher.runner.DefaultDispatcherRunnerFactory;
import org.apache.flink.runtime.entrypoint.component.DefaultDispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.entrypoint.component.DispatcherResourceManagerComponent;
import org.apache.flink.runtime.entrypoint.component.DispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.heartbeat.HeartbeatServices;
import org.apache.flink.runtime.metrics.MetricRegistry;
import org.apache.flink.runtime.metrics.MetricRegistryConfiguration;
import org.apache.flink.runtime.metrics.MetricRegistryImpl;
import org.apache.flink.runtime.metrics.ReporterSetupBuilder;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.rpc.FatalErrorHandler;
import org.apache.flink.runtime.rpc.pekko.PekkoRpcSystem;
import org.apache.flink.runtime.security.token.DelegationTokenManager;
import org.apache.flink.runtime.webmonitor.retriever.MetricQueryServiceRetriever;
import org.apache.flink.util.Reference;

/**
 * A Flink cluster inside of this process that listens on nothing.
 *
 * <p>Four things of a stock cluster can listen; what became of each:
 *
 * <ul>
 *   <li><b>RPC</b> (Pekko, Java serialization: code execution for whoever reaches it). One task
 *       manager and one shared RPC service make Flink use a local actor system, without a port.
 *   <li><b>Shuffle</b> (Netty). With one task manager Flink hands buffers over in memory and does
 *       not start it.
 *   <li><b>REST</b> (job submission, jar upload). Made by {@link SilentEndpointFactory}: on
 *       loopback, without handlers, and closed as soon as the dispatcher is up.
 *   <li><b>BLOB server</b> (stores what anybody sends). The cluster makes it unconditionally, and
 *       this process needs none of its network side: no jar is shipped and nothing is offloaded
 *       ({@link SealedConfiguration}). It is closed before the dispatcher is made; until then it
 *       speaks TLS with an empty key store and an empty trust store, so no handshake can succeed.
 * </ul>
 */
public final class SealedCluster extends MiniCluster {
  private final GaugeCollector gauges;
  private final SilentEndpointFactory endpoints = new SilentEndpointFactory();

  /**
   * Makes a cluster; {@link #start} starts it.
   *
   * @param configuration from {@link SealedConfiguration}
   * @param gauges sees every metric of the cluster
   */
  public SealedCluster(Configuration configuration, GaugeCollector gauges) {
    super(
        new MiniClusterConfiguration.Builder()
            .setConfiguration(configuration)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(1)
            .setRpcServiceSharing(RpcServiceSharing.SHARED)
            .build(),
        () -> Reference.owned(new PekkoRpcSystem()));
    this.gauges = gauges;
  }

  /**
   * Stops the cluster and waits for it.
   *
   * @throws IOException when a part of it did not stop cleanly
   */
  @Override
  public void close() throws IOException {
    try {
      closeAsync().join();
    } catch (CompletionException e) {
      throw new IOException("Flink did not stop cleanly", e.getCause());
    }
  }

  @Override
  protected Collection<? extends DispatcherResourceManagerComponent>
      createDispatcherResourceManagerComponents(
          Configuration configuration,
          RpcServiceFactory rpcServiceFactory,
          BlobServer blobServer,
          HeartbeatServices heartbeatServices,
          DelegationTokenManager delegationTokenManager,
          MetricRegistry metricRegistry,
          MetricQueryServiceRetriever metricQueryServiceRetriever,
          FatalErrorHandler fatalErrorHandler)
          throws Exception {
    blobServer.close();
    Collection<? extends DispatcherResourceManagerComponent> components =
        super.createDispatcherResourceManagerComponents(
            configuration,
            rpcServiceFactory,
            blobServer,
            heartbeatServices,
            delegationTokenManager,
            metricRegistry,
            metricQueryServiceRetriever,
            fatalErrorHandler);
    endpoints.close().get();
    return components;
  }

  @Override
  protected DispatcherResourceManagerComponentFactory
      createDispatcherResourceManagerComponentFactory() {
    return new DefaultDispatcherResourceManagerComponentFactory(
        DefaultDispatcherRunnerFactory.createSessionRunner(SessionDispatcherFactory.INSTANCE),
        StandaloneResourceManagerFactory.getInstance(),
        endpoints);
  }

  @Override
  protected MetricRegistryImpl createMetricRegistry(
      Configuration configuration, long maximumMessageBytes) {
    return new MetricRegistryImpl(
        MetricRegistryConfiguration.fromConfiguration(configuration, maximumMessageBytes),
        List.of(ReporterSetupBuilder.METRIC_SETUP_BUILDER.forReporter("ringward", gauges)));
  }
}
