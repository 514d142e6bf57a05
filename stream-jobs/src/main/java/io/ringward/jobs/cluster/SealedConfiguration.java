/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;

/**
 * The settings of a {@link SealedCluster}: what may listen listens on loopback, all files are in a
 * private folder, and little memory is taken.
 */
public final class SealedConfiguration {
  /** The second helps out when the first is damaged. */
  private static final int CHECKPOINTS_RETAINED = 2;

  private static final String LOOPBACK = "127.0.0.1";
  private static final String STORE_TYPE = "PKCS12";

  /** Protects nothing: the stores are empty. TLS wants one all the same. */
  private static final String STORE_PASSWORD = "empty-store";

  private SealedConfiguration() {}

  /**
   * Makes the settings.
   *
   * @param folder private to this process and empty, see {@link PrivateFolder}
   * @throws IOException when the folder cannot be written
   */
  public static Configuration of(Path folder) throws IOException {
    Configuration settings = new Configuration();
    bindToLoopback(settings);
    settings.addAll(refusingTls(folder));
    keepFilesIn(folder, settings);
    staySmall(settings);
    return settings;
  }

  private static void bindToLoopback(Configuration settings) {
    settings.set(RestOptions.ADDRESS, LOOPBACK);
    settings.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    settings.set(RestOptions.BIND_PORT, "0");
    settings.set(JobManagerOptions.ADDRESS, LOOPBACK);
    settings.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    settings.set(JobManagerOptions.PORT, 0);
    settings.set(TaskManagerOptions.HOST, LOOPBACK);
    settings.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    settings.set(WebOptions.SUBMIT_ENABLE, false);
    settings.set(WebOptions.CANCEL_ENABLE, false);
    settings.set(WebOptions.RESCALE_ENABLE, false);
    settings.set(RestOptions.ENABLE_FLAMEGRAPH, false);
    settings.set(BlobServerOptions.FETCH_CONCURRENT, 1);
    settings.set(SecurityOptions.DELEGATION_TOKENS_ENABLED, false);
    // Nothing is handed to the BLOB server, however large, so that it can be closed.
    settings.set(BlobServerOptions.OFFLOAD_MINSIZE, Integer.MAX_VALUE);
  }

  /** An empty key store has no certificate to show, an empty trust store trusts nobody. */
  private static Configuration refusingTls(Path folder) throws IOException {
    Path store = folder.resolve("empty.p12");
    try (OutputStream out = Files.newOutputStream(store)) {
      KeyStore empty = KeyStore.getInstance(STORE_TYPE);
      empty.load(null, null);
      empty.store(out, STORE_PASSWORD.toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IOException("this Java runtime cannot write an empty key store", e);
    }
    Configuration settings = new Configuration();
    settings.set(SecurityOptions.SSL_INTERNAL_ENABLED, true);
    settings.set(SecurityOptions.SSL_INTERNAL_KEYSTORE, store.toString());
    settings.set(SecurityOptions.SSL_INTERNAL_KEYSTORE_TYPE, STORE_TYPE);
    settings.set(SecurityOptions.SSL_INTERNAL_KEYSTORE_PASSWORD, STORE_PASSWORD);
    settings.set(SecurityOptions.SSL_INTERNAL_KEY_PASSWORD, STORE_PASSWORD);
    settings.set(SecurityOptions.SSL_INTERNAL_TRUSTSTORE, store.toString());
    settings.set(SecurityOptions.SSL_INTERNAL_TRUSTSTORE_TYPE, STORE_TYPE);
    settings.set(SecurityOptions.SSL_INTERNAL_TRUSTSTORE_PASSWORD, STORE_PASSWORD);
    return settings;
  }

  private static void keepFilesIn(Path folder, Configuration settings) {
    String name = folder.toString();
    settings.set(CoreOptions.TMP_DIRS, name);
    settings.set(WebOptions.TMP_DIR, name);
    settings.set(WebOptions.UPLOAD_DIR, name);
    settings.set(BlobServerOptions.STORAGE_DIRECTORY, name);
    settings.set(ClusterOptions.PROCESS_WORKING_DIR_BASE, name);
  }

  private static void staySmall(Configuration settings) {
    MemorySize network = MemorySize.ofMebiBytes(2);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
    settings.set(TaskManagerOptions.MEMORY_SEGMENT_SIZE, MemorySize.parse("4kb"));
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ZERO);
    settings.set(ClusterOptions.CLUSTER_IO_EXECUTOR_POOL_SIZE, 2);
    settings.set(RestOptions.SERVER_NUM_THREADS, 1);
    settings.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, CHECKPOINTS_RETAINED);
    // Nobody asks the REST endpoint for metrics, so nothing need be fetched for it.
    settings.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ZERO);
    // A library does not end the agent: its owner is told, see HostJob.ended().
    settings.set(RpcOptions.JVM_EXIT_ON_FATAL_ERROR, false);
  }
}
